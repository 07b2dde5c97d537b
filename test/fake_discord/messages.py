"""Messages come to be, change and go; whoever may see it is told. What people do and what the bot does meet here."""
import re

from .clock import iso
from .message_form import EPHEMERAL
from .world import DM, Message

DEFAULT, REPLY = 0, 19
HAS_THREAD = 1 << 5
INTENTS = {"message": (1 << 9, 1 << 12), "reaction": (1 << 10, 1 << 13)}  # in a server, in a DM
MESSAGE_CONTENT = 1 << 15
BEFORE_HIDDEN = {"content": "", "embeds": [], "attachments": [], "components": []}


class Messages:
    """@param tell tells the Gateway: tell(event, data, intent, view), where view(intents) makes the data of a session"""

    def __init__(self, world, settings, tell):
        self.world, self.settings, self.tell = world, settings, tell

    # -- making ----------------------------------------------------------------------------------------------------

    def create(self, channel, author, payload, files=(), kind=None, at=None, extra=None, silent=False):
        """@param payload as POST /channels/{id}/messages takes it, already checked
        @param extra more fields of the message  @param silent nobody is told
        @returns the Message"""
        world = self.world
        now = world.clock.now() if at is None else at
        message = Message({"id": world.new_id(at)}, channel, author, now, nonce=payload.get("nonce"))
        reference = payload.get("message_reference") or None
        message.shape.update({
            "type": kind if kind is not None else REPLY if reference else DEFAULT, "channel_id": channel.id,
            "author": author.shape(), "content": payload.get("content") or "", "timestamp": iso(now),
            "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": shaped_embeds(payload), "pinned": False,
            "components": shaped_components(payload), "flags": payload.get("flags") or 0, **(extra or {})})
        if reference:
            message.shape["message_reference"] = {
                "type": 0, "message_id": str(reference["message_id"]), "channel_id": channel.id,
                **({"guild_id": channel.guild} if channel.guild else {})}
        self._keep_files(message, files, payload.get("attachments"))
        self._mention(message, payload)
        message.versions.append({"at": now, "content": message.shape["content"]})
        if not message.shape["flags"] & EPHEMERAL:
            channel.messages[message.id] = message
            if not silent:
                self._tell_message("MESSAGE_CREATE", message)
        return message

    def edit(self, message, payload, files=()):
        """Fields that are not named stay; mentions are read anew with the defaults where none are allowed."""
        shape = message.shape
        if "content" in payload:
            shape["content"] = payload["content"] or ""
        if "embeds" in payload:
            shape["embeds"] = shaped_embeds(payload)
        if "components" in payload:
            shape["components"] = shaped_components(payload)
        if payload.get("flags") is not None:
            shape["flags"] = payload["flags"] | shape["flags"] & (EPHEMERAL | HAS_THREAD)
        kept = payload.get("attachments")
        if kept is not None:
            ids = {str(x.get("id")) for x in kept}
            shape["attachments"] = [x for x in shape["attachments"] if x["id"] in ids]
        self._keep_files(message, files, kept)
        self._mention(message, payload)
        now = self.world.clock.now()
        shape["edited_timestamp"] = iso(now)
        message.versions.append({"at": now, "content": shape["content"]})
        self.tell_changed(message)

    def tell_changed(self, message):
        if not message.shape["flags"] & EPHEMERAL:
            self._tell_message("MESSAGE_UPDATE", message)

    def delete(self, message):
        channel = message.channel
        if channel.messages.pop(message.id, None) is None:
            return
        data = {"id": message.id, "channel_id": channel.id, **({"guild_id": channel.guild} if channel.guild else {})}
        self.tell("MESSAGE_DELETE", data, intent_of("message", channel))

    def react(self, message, user, emoji, event):
        """@param event MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE"""
        channel = message.channel
        data = {"user_id": user.id, "channel_id": channel.id, "message_id": message.id, "type": 0, "burst": False,
                "emoji": {"id": None, "name": emoji}, "message_author_id": message.author.id}
        if channel.guild:
            data.update(guild_id=channel.guild, member=user.member())
        counts = [x for x in message.shape.get("reactions", []) if x["emoji"]["name"] == emoji]
        users = set(counts[0]["users"]) if counts else set()
        users = users | {user.id} if event.endswith("ADD") else users - {user.id}
        others = [x for x in message.shape.get("reactions", []) if x["emoji"]["name"] != emoji]
        here = [{"emoji": data["emoji"], "users": sorted(users)}] if users else []
        message.shape["reactions"] = others + here
        self.tell(event, data, intent_of("reaction", channel))

    # -- shapes ----------------------------------------------------------------------------------------------------

    def rest_shape(self, message, nested=False):
        """As REST tells it: absent is absent."""
        shape = dict(message.shape)
        reactions = shape.pop("reactions", [])
        if reactions:
            shape["reactions"] = [{"emoji": x["emoji"], "count": len(x["users"]), "me": self.world.bot.id in x["users"],
                                   "count_details": {"burst": 0, "normal": len(x["users"])}, "burst_colors": [],
                                   "me_burst": False, "burst_me": False, "burst_count": 0} for x in reactions]
        reference = shape.get("message_reference")
        if reference and not nested:
            target = self.world.channels[reference["channel_id"]].messages.get(reference["message_id"])
            shape["referenced_message"] = self.rest_shape(target, nested=True) if target else None
        return shape

    def event_shape(self, message):
        """As MESSAGE_CREATE and MESSAGE_UPDATE tell it."""
        channel = message.channel
        shape = {**self.rest_shape(message), "channel_type": channel.type}
        if message.nonce is not None:
            shape["nonce"] = message.nonce
        if channel.guild:
            shape.update(guild_id=channel.guild, member=message.author.member(with_user=False))
        return shape

    def _tell_message(self, event, message):
        shape = self.event_shape(message)

        def view(intents):
            granted = intents & MESSAGE_CONTENT and self.settings.bot_sees_content
            about_bot = message.author is self.world.bot or any(x["id"] == self.world.bot.id for x in shape["mentions"])
            return shape if granted or about_bot or message.channel.type == DM else {**shape, **BEFORE_HIDDEN}

        self.tell(event, shape, intent_of("message", message.channel), view)

    def _mention(self, message, payload):
        """Sets who is notified by the message, by what `allowed_mentions` leaves of what its text says."""
        shape, content = message.shape, message.shape["content"]
        allowed = payload.get("allowed_mentions")
        parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
        ids = {kind: {str(x) for x in (allowed or {}).get(kind) or []} for kind in ("users", "roles")}
        users = dict.fromkeys(x for x in re.findall(r"<@!?(\d+)>", content) if "users" in parse or x in ids["users"])
        target = message.channel.messages.get((shape.get("message_reference") or {}).get("message_id"))
        if target and (allowed is None or allowed.get("replied_user")):
            users[target.author.id] = None
        shape["mentions"] = [self.world.users[x].shape() for x in users if x in self.world.users]
        shape["mention_roles"] = [x for x in dict.fromkeys(re.findall(r"<@&(\d+)>", content))
                                  if "roles" in parse or x in ids["roles"]]
        shape["mention_everyone"] = "everyone" in parse and bool(re.search(r"@(everyone|here)\b", content))

    def _keep_files(self, message, files, described):
        names = {str(x.get("id")): x for x in described or [] if isinstance(x, dict)}
        for number, file in files:
            attachment = {"id": self.world.new_id(), "filename": names.get(number, {}).get("filename") or file.name,
                          "size": len(file.content), "content_type": file.kind}
            place = f"attachments/{message.channel.id}/{attachment['id']}/{attachment['filename']}"
            attachment.update(url=f"https://cdn.discordapp.com/{place}?ex=1&is=1&hm=1",
                              proxy_url=f"https://media.discordapp.net/{place}")
            message.shape["attachments"] = [*message.shape["attachments"], attachment]
            message.files[attachment["id"]] = file.content


def intent_of(what, channel):
    return INTENTS[what][1 if channel.type == DM else 0]


def shaped_embeds(payload):
    return [{"type": "rich", **x} for x in payload.get("embeds") or []]


def shaped_components(payload):
    """Discord numbers components that came without an id."""
    number, rows = 0, []
    for row in payload.get("components") or []:
        number += 1
        shaped = {"id": number, **row}
        if "components" in row:
            shaped["components"] = []
            for inner in row["components"]:
                number += 1
                shaped["components"].append({"id": number, **inner})
        rows.append(shaped)
    return rows
