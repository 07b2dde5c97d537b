"""What people do, and what an administrator changes, as a test orders it."""
from .channel_routes import GUILDS, thread_of_message
from .world import DM, GUILD, PERMISSIONS, PUBLIC_THREAD, THREADS


class Acts:
    def __init__(self, house):
        self.house, self.world, self.messages = house, house.world, house.messages

    def routes(self):
        return {"GET /world": self.show,
                "POST /users": self.add_user,
                "PATCH /users/{user}": self.change_user,
                "POST /guilds": self.add_guild,
                "POST /guilds/{guild}/outage": self.guild_outage,
                "POST /channels": self.add_channel,
                "PATCH /channels/{channel}": self.change_channel,
                "DELETE /channels/{channel}": self.remove_channel,
                "GET /channels/{channel}/messages": self.read,
                "POST /channels/{channel}/messages": self.post,
                "PATCH /channels/{channel}/messages/{message}": self.edit,
                "DELETE /channels/{channel}/messages/{message}": self.delete,
                "POST /channels/{channel}/messages/{message}/reactions": self.react,
                "POST /channels/{channel}/messages/{message}/threads": self.begin_thread,
                "POST /dms/{user}": self.dm}

    # -- who and where ---------------------------------------------------------------------------------------------

    def show(self, _):
        world = self.world
        return {"bot": world.bot.shape(), "token": world.token,
                "users": [x.shape() for x in world.users.values()], "guilds": list(world.guilds.values()),
                "channels": [{**world.channel_shape(x), "denied": sorted(x.denied)} for x in world.channels.values()]}

    def add_user(self, wish):
        """{"name": "bob", "id"?, "bot"?: true, "dms"?: false, "roles"?: [..]}"""
        more = {key: wish[key] for key in ("bot", "dms", "roles") if key in wish}
        return self.world.add_user(wish["name"], wish.get("id"), **more).shape()

    def change_user(self, wish, user):
        """{"dms": false}: messages to this one fail with 50007"""
        self.world.users[user].dms = bool(wish["dms"])
        return self.world.users[user].shape()

    def add_guild(self, wish):
        """{"name": "another", "id"?}"""
        guild = self.world.add_guild(wish["name"], wish.get("id"))
        self.house.gateway.tell("GUILD_CREATE", self.world.guild_shape(guild), GUILDS)
        return guild

    def guild_outage(self, wish, guild):
        """{"unavailable": true} tells GUILD_DELETE, false GUILD_CREATE"""
        known = self.world.guilds[guild]
        known["unavailable"] = bool(wish["unavailable"])
        if known["unavailable"]:
            self.house.gateway.tell("GUILD_DELETE", {"id": guild, "unavailable": True}, GUILDS)
        else:
            self.house.gateway.tell("GUILD_CREATE", self.world.guild_shape(known), GUILDS)
        return known

    def add_channel(self, wish):
        """{"name": "ops", "id"?, "guild"?, "parent"?: a channel, for a thread in it, "type"?}"""
        parent = wish.get("parent", "")
        guild = self.world.channels[parent].guild if parent else wish.get("guild", GUILD)
        kind = wish.get("type", PUBLIC_THREAD if parent else 0)
        channel = self.world.add_channel(wish["name"], wish.get("id"), guild, kind, parent, wish.get("owner", ""))
        self._tell(channel, "CREATE")
        return self.world.channel_shape(channel)

    def change_channel(self, wish, channel):
        """{"denied"?: ["SEND_MESSAGES", ..], "archived"?, "locked"?, "name"?}"""
        known = self.world.channels[channel]
        if unknown := set(wish.get("denied", [])) - set(PERMISSIONS):
            raise ValueError(f"no permissions: {sorted(unknown)}; there are {sorted(PERMISSIONS)}")
        known.denied = set(wish.get("denied", known.denied))
        for name in ("archived", "locked", "name"):
            setattr(known, name, wish.get(name, getattr(known, name)))
        self._tell(known, "UPDATE")
        return self.world.channel_shape(known)

    def remove_channel(self, _, channel):
        self._tell(self.world.channels[channel], "DELETE")
        del self.world.channels[channel]

    def dm(self, _, user):
        """@returns the DM channel of this user and the bot"""
        return self.world.channel_shape(self.world.dm_with(self.world.users[user]))

    def _tell(self, channel, what):
        if channel.type != DM:
            event = ("THREAD_" if channel.type in THREADS else "CHANNEL_") + what
            self.house.gateway.tell(event, self.world.channel_shape(channel), GUILDS)

    # -- messages --------------------------------------------------------------------------------------------------

    def read(self, _, channel):
        """@returns the channel as a person sees it, from the oldest message on, with every version of each"""
        return [self._shown(x) for x in self.world.channels[channel].messages.values()]

    def _shown(self, message):
        files = [{"filename": x["filename"], "content_type": x["content_type"], "size": x["size"],
                  "text": message.files.get(x["id"], b"").decode("utf-8", "replace")}
                 for x in message.shape["attachments"]]
        return {**self.messages.event_shape(message), "files": files, "versions": message.versions}

    def post(self, wish, channel):
        """As POST of the API's messages, and {"user": who, "type"?, "at"?: seconds since 1970, "webhook"?: true,
        "silent"?: true for a message whose event is lost, "attachments"?, "extra"?: more fields of the message}"""
        known = self.world.channels[channel]
        user = self.world.users[wish.get("user") or known.recipient or self._anyone().id]
        extra = dict(wish.get("extra", {}))
        if wish.get("attachments"):
            extra["attachments"] = wish["attachments"]
        if wish.get("webhook"):
            extra["webhook_id"] = self.world.new_id()
        message = self.messages.create(known, user, {"nonce": self.world.new_id(), **wish}, kind=wish.get("type"),
                                       at=wish.get("at"), extra=extra, silent=wish.get("silent", False))
        return self.messages.event_shape(message)

    def _anyone(self):
        return next(x for x in self.world.users.values() if not x.bot)

    def edit(self, wish, channel, message):
        """{"content": "new words"}; {} alone is what an unfurled link does: an update without an edit"""
        known = self.world.channels[channel].messages[message]
        if wish:
            self.messages.edit(known, wish)
        else:
            self.messages.tell_changed(known)
        return self.messages.event_shape(known)

    def delete(self, _, channel, message):
        self.messages.delete(self.world.channels[channel].messages[message])

    def react(self, wish, channel, message):
        """{"user"?, "emoji": "👍", "remove"?: true}"""
        user = self.world.users[wish["user"]] if "user" in wish else self._anyone()
        event = "MESSAGE_REACTION_REMOVE" if wish.get("remove") else "MESSAGE_REACTION_ADD"
        self.messages.react(self.world.channels[channel].messages[message], user, wish["emoji"], event)

    def begin_thread(self, wish, channel, message):
        """{"user"?, "name": "about it"}"""
        known = self.world.channels[channel]
        user = self.world.users[wish["user"]] if "user" in wish else self._anyone()
        thread = thread_of_message(self.house, known, wish["name"], user, known.messages[message])
        return self.world.channel_shape(thread)
