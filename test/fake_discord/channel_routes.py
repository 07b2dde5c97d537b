"""Routes of channels, messages, reactions and threads. @source Discord API reference, "Channel", "Message" """
from .api import no_content
from .api_error import ApiError, required, wrong_form
from .http_wire import json_answer
from .message_form import FLAGS_OF_EDIT, check_message
from .messages import HAS_THREAD
from .world import DM, PUBLIC_THREAD

HISTORY_MAX = 100
NAME_MAX = 100
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
THREAD_STARTER = 21
GUILDS = 1 << 0
REPLYABLE = (0, 19, 20, 23)  # types of messages that are no system's


class ChannelRoutes:
    def __init__(self, house):
        self.house, self.world, self.messages = house, house.world, house.messages
        self.nonces = {}  # (account, nonce) -> Message

    def routes(self):
        message = "/channels/{channel}/messages/{message}"
        return {("GET", "/channels/{channel}"): self.show,
                ("PATCH", "/channels/{channel}"): self.change,
                ("POST", "/channels/{channel}/typing"): self.type,
                ("GET", "/channels/{channel}/messages"): self.history,
                ("POST", "/channels/{channel}/messages"): self.send,
                ("GET", message): self.show_message,
                ("PATCH", message): self.edit,
                ("DELETE", message): self.delete,
                ("PUT", message + "/reactions/{emoji}/@me"): self.react,
                ("DELETE", message + "/reactions/{emoji}/@me"): self.unreact,
                ("POST", message + "/threads"): self.begin_thread,
                ("PUT", "/channels/{channel}/thread-members/@me"): lambda call: self.channel(call) and no_content()}

    # -- looking up ------------------------------------------------------------------------------------------------

    def channel(self, call, *permissions):
        channel = self.world.channels.get(call.names["channel"])
        if channel is None:
            raise ApiError(10003)
        if not self.world.may(channel, "VIEW_CHANNEL"):
            raise ApiError(50001)
        for permission in permissions:
            if not self.world.may(channel, permission):
                raise ApiError(50013)
        return channel

    def message(self, call, channel):
        message = channel.messages.get(call.names["message"])
        if message is None:
            raise ApiError(10008)
        return message

    # -- channels --------------------------------------------------------------------------------------------------

    def show(self, call):
        return json_answer(200, self.world.channel_shape(self.channel(call)))

    def change(self, call):
        """Of a thread that the bot has made: its name, and whether it is archived."""
        channel, payload = self.channel(call), call.payload or {}
        if channel.owner != self.world.bot.id:
            raise ApiError(50013)
        channel.name = payload.get("name", channel.name)
        channel.archived = payload.get("archived", channel.archived)
        shape = self.world.channel_shape(channel)
        self.house.gateway.tell("THREAD_UPDATE", shape, GUILDS)
        return json_answer(200, shape)

    def type(self, call):
        channel = self.channel(call, "SEND_MESSAGES")
        self.house.journal.add("typing", channel=channel.id)
        return no_content()

    # -- messages --------------------------------------------------------------------------------------------------

    def history(self, call):
        channel = self.channel(call)
        limit = call.query.get("limit", "50")
        if not limit.isdigit() or not 1 <= int(limit) <= HISTORY_MAX:
            raise wrong_form("limit", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {HISTORY_MAX}.")
        for name in ("before", "after", "around"):
            if name in call.query and not call.query[name].isdigit():
                raise wrong_form(name, "NUMBER_TYPE_COERCE", f"Value \"{call.query[name]}\" is not snowflake.")
        if not self.world.may(channel, "READ_MESSAGE_HISTORY"):
            return json_answer(200, [])
        ids = page_of(sorted(channel.messages, key=int), call.query, int(limit))
        return json_answer(200, [self.messages.rest_shape(channel.messages[x]) for x in reversed(ids)])

    def send(self, call):
        channel, payload = self.channel(call), call.payload or {}
        right = "SEND_MESSAGES_IN_THREADS" if channel.is_thread() else "SEND_MESSAGES"
        self.channel(call, right, *(["ATTACH_FILES"] if call.files else []))
        if channel.type == DM and not self.world.users[channel.recipient].dms:
            raise ApiError(50007)
        if channel.locked or channel.archived:
            raise ApiError(160005 if channel.locked else 50083)
        check_message(payload, call.files)
        self._check_reference(channel, payload)
        if earlier := self._earlier(call, channel):
            return json_answer(200, self.messages.rest_shape(earlier))
        message = self.messages.create(channel, call.account, payload, call.files)
        if payload.get("nonce") is not None:
            self.nonces[call.account.id, payload["nonce"]] = message
        shape = self.messages.rest_shape(message)
        if message.nonce is not None:
            shape["nonce"] = message.nonce
        return json_answer(200, shape)

    def _earlier(self, call, channel):
        """@returns the message of the same nonce, of the past few minutes"""
        payload = call.payload or {}
        earlier = self.nonces.get((call.account.id, payload.get("nonce")))
        window = self.house.settings.nonce_window_s
        if payload.get("enforce_nonce") and earlier and earlier.channel is channel \
                and self.house.clock.now() - earlier.at < window:
            return earlier
        return None

    def _check_reference(self, channel, payload):
        reference = payload.get("message_reference")
        if not reference:
            return
        if not reference.get("message_id"):
            raise required("message_reference.message_id")
        if not self.world.may(channel, "READ_MESSAGE_HISTORY"):
            raise ApiError(160002)
        target = channel.messages.get(str(reference["message_id"]))
        if target is None and reference.get("fail_if_not_exists", True):
            raise wrong_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        if target is None:
            payload["message_reference"] = None
        elif target.shape["type"] not in REPLYABLE:
            raise wrong_form("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE",
                             "Cannot reply to a system message")

    def show_message(self, call):
        channel = self.channel(call, "READ_MESSAGE_HISTORY")
        return json_answer(200, self.messages.rest_shape(self.message(call, channel)))

    def edit(self, call):
        channel, payload = self.channel(call), call.payload or {}
        message = self.message(call, channel)
        if message.author is not self.world.bot:
            raise ApiError(50005)
        if channel.archived:
            raise ApiError(50083)
        check_message(payload, call.files, FLAGS_OF_EDIT, editing=True)
        if self.house.clock.now() - message.at > self.house.settings.old_message_s:
            if message.edits_when_old >= self.house.settings.old_message_edits_max:
                raise ApiError(30046)
            message.edits_when_old += 1
        self.messages.edit(message, payload, call.files)
        return json_answer(200, self.messages.rest_shape(message))

    def delete(self, call):
        channel = self.channel(call)
        message = self.message(call, channel)
        if message.author is not self.world.bot:
            raise ApiError(50003 if channel.type == DM else 50013)
        self.messages.delete(message)
        return no_content()

    # -- reactions and threads -------------------------------------------------------------------------------------

    def react(self, call):
        channel = self.channel(call, "ADD_REACTIONS", "READ_MESSAGE_HISTORY")
        self.messages.react(self.message(call, channel), self.world.bot, call.names["emoji"], "MESSAGE_REACTION_ADD")
        return no_content()

    def unreact(self, call):
        message = self.message(call, self.channel(call))
        self.messages.react(message, self.world.bot, call.names["emoji"], "MESSAGE_REACTION_REMOVE")
        return no_content()

    def begin_thread(self, call):
        channel, payload = self.channel(call, "CREATE_PUBLIC_THREADS"), call.payload or {}
        message = self.message(call, channel)
        name = payload.get("name") or ""
        if not 1 <= len(name) <= NAME_MAX:
            raise wrong_form("name", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {NAME_MAX} in length.")
        if payload.get("auto_archive_duration", 1440) not in ARCHIVE_MINUTES:
            raise wrong_form("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {ARCHIVE_MINUTES}.")
        if channel.type == DM or channel.is_thread():
            raise ApiError(50024)
        if message.id in self.world.channels:
            raise ApiError(160004)
        thread = thread_of_message(self.house, channel, name, self.world.bot, message)
        return json_answer(201, self.world.channel_shape(thread))


def page_of(ids, query, limit):
    """@param ids from the oldest to the newest  @returns those that a page of history has, in the same order"""
    if "after" in query:
        return [x for x in ids if int(x) > int(query["after"])][:limit]
    if "around" in query:
        place = sum(int(x) < int(query["around"]) for x in ids)
        begin = max(0, place - limit // 2)
        return ids[begin:begin + limit]
    if "before" in query:
        ids = [x for x in ids if int(x) < int(query["before"])]
    return ids[-limit:]


def thread_of_message(house, channel, name, owner, message):
    """A thread on a message has the message's id; its first message points back. @returns the Channel"""
    world, messages = house.world, house.messages
    thread = world.add_channel(name, message.id, channel.guild, PUBLIC_THREAD, channel.id, owner.id)
    shape = {**world.channel_shape(thread), "newly_created": True}
    house.gateway.tell("THREAD_CREATE", shape, GUILDS)
    message.shape["thread"] = world.channel_shape(thread)
    message.shape["flags"] |= HAS_THREAD
    messages.tell_changed(message)
    reference = {"type": 0, "message_id": message.id, "channel_id": channel.id, "guild_id": channel.guild}
    messages.create(thread, message.author, {}, kind=THREAD_STARTER, extra={"message_reference": reference})
    return thread
