"""Who and what there is: the bot, people, servers, channels, messages. Ids are texts, as in Discord's JSON."""
import dataclasses

from .clock import iso

EPOCH_MS = 1420070400000  # @source Discord API reference, "Snowflakes"
BOT, GUILD, CHANNEL, USER = "900000000000000001", "300000000000000003", "400000000000000004", "200000000000000002"
TESTER = "900000000000000009"
TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
THREADS = (10, PUBLIC_THREAD, PRIVATE_THREAD)
PERMISSIONS = {"ADD_REACTIONS": 1 << 6, "VIEW_CHANNEL": 1 << 10, "SEND_MESSAGES": 1 << 11, "EMBED_LINKS": 1 << 14,
               "ATTACH_FILES": 1 << 15, "READ_MESSAGE_HISTORY": 1 << 16, "CREATE_PUBLIC_THREADS": 1 << 35,
               "SEND_MESSAGES_IN_THREADS": 1 << 38}


@dataclasses.dataclass
class User:
    id: str
    name: str
    bot: bool = False
    dms: bool = True  # false: messages to this one fail with 50007
    roles: list = dataclasses.field(default_factory=list)

    def shape(self):
        known = {"id": self.id, "username": self.name, "discriminator": "0", "global_name": self.name.title(),
                 "avatar": None, "public_flags": 0}
        return {**known, "bot": True, "global_name": None} if self.bot else known

    def member(self, with_user=True):
        shape = {"roles": list(self.roles), "nick": None, "avatar": None,
                 "joined_at": "2026-01-01T00:00:00.000000+00:00", "premium_since": None, "deaf": False, "mute": False, "flags": 0, "pending": False,
                 "communication_disabled_until": None}
        return {"user": self.shape(), **shape} if with_user else shape


@dataclasses.dataclass
class Channel:
    id: str
    type: int
    name: str = ""
    guild: str = ""
    parent: str = ""
    owner: str = ""
    recipient: str = ""
    begun_at: float = 0
    archived: bool = False
    locked: bool = False
    denied: set = dataclasses.field(default_factory=set)  # of PERMISSIONS, what the bot may not do here
    messages: dict = dataclasses.field(default_factory=dict)  # id -> Message

    def is_thread(self):
        return self.type in THREADS


@dataclasses.dataclass
class Message:
    shape: dict  # as REST tells it, less what depends on who asks
    channel: Channel
    author: User
    at: float
    files: dict = dataclasses.field(default_factory=dict)  # attachment id -> bytes
    nonce: object = None
    edits_when_old: int = 0
    versions: list = dataclasses.field(default_factory=list)  # every content that it had, with the time of it

    @property
    def id(self):
        return self.shape["id"]


class World:
    def __init__(self, clock, token, tester_token=None):
        self.clock, self.token, self.tester_token = clock, token, tester_token
        self.users, self.guilds, self.channels = {}, {}, {}
        self._last_id = 0
        self.add_user("quebot", BOT, bot=True)
        self.add_guild("a server", GUILD)
        self.add_channel("general", CHANNEL, GUILD)
        self.add_user("alice", USER)
        if tester_token:
            self.add_user("tester", TESTER, bot=True)

    def new_id(self, at=None):
        """@returns a snowflake of now or of that time, larger than every other of the same time"""
        number = (int((self.clock.now() if at is None else at) * 1000) - EPOCH_MS) << 22
        if at is None:
            number = self._last_id = max(number, self._last_id + 1)
        while any(str(number) in x.messages for x in self.channels.values()):
            number += 1
        return str(number)

    @property
    def bot(self):
        return self.users[BOT]

    def account_of(self, authorization):
        """@returns the bot that has this token, or None"""
        if self.tester_token and authorization == "Bot " + self.tester_token:
            return self.users[TESTER]
        return self.bot if authorization == "Bot " + self.token else None

    def add_user(self, name, user_id=None, **more):
        user = User(user_id or self.new_id(), name, **more)
        self.users[user.id] = user
        return user

    def add_guild(self, name, guild_id=None):
        guild = {"id": guild_id or self.new_id(), "name": name, "unavailable": False}
        self.guilds[guild["id"]] = guild
        return guild

    def add_channel(self, name, channel_id, guild, kind=TEXT, parent="", owner=""):
        channel = Channel(channel_id or self.new_id(), kind, name, guild, parent, owner, begun_at=self.clock.now())
        self.channels[channel.id] = channel
        return channel

    def dm_with(self, user):
        """@returns the one DM channel of the bot and this user"""
        for channel in self.channels.values():
            if channel.recipient == user.id:
                return channel
        channel = Channel(self.new_id(), DM, recipient=user.id, begun_at=self.clock.now())
        self.channels[channel.id] = channel
        return channel

    # -- shapes ----------------------------------------------------------------------------------------------------

    def channel_shape(self, channel):
        last = max(channel.messages, key=int, default=None)
        if channel.type == DM:
            return {"id": channel.id, "type": DM, "last_message_id": last, "flags": 0,
                    "recipients": [self.users[channel.recipient].shape()]}
        shape = {"id": channel.id, "type": channel.type, "guild_id": channel.guild, "name": channel.name,
                 "parent_id": channel.parent or None, "last_message_id": last, "flags": 0, "rate_limit_per_user": 0}
        if not channel.is_thread():
            return {**shape, "position": 0, "permission_overwrites": [], "nsfw": False, "topic": None}
        return {**shape, "owner_id": channel.owner, "message_count": len(channel.messages), "member_count": 1,
                "total_message_sent": len(channel.messages),
                "thread_metadata": {"archived": channel.archived, "auto_archive_duration": 1440,
                                    "archive_timestamp": iso(channel.begun_at), "locked": channel.locked,
                                    "create_timestamp": iso(channel.begun_at)}}

    def guild_shape(self, guild):
        """As GUILD_CREATE tells it."""
        channels = [x for x in self.channels.values() if x.guild == guild["id"]]
        roles = [{"id": guild["id"], "name": "@everyone", "color": 0, "hoist": False, "position": 0, "managed": False,
                  "permissions": str(sum(PERMISSIONS.values())), "mentionable": False, "flags": 0}]
        return {"id": guild["id"], "name": guild["name"], "owner_id": USER, "unavailable": False, "large": False,
                "icon": None, "splash": None, "discovery_splash": None, "region": "", "afk_channel_id": None,
                "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 0,
                "explicit_content_filter": 0, "features": [], "mfa_level": 0, "application_id": None,
                "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None, "vanity_url_code": None,
                "description": None, "banner": None, "premium_tier": 0, "premium_subscription_count": 0,
                "preferred_locale": "en-US", "public_updates_channel_id": None, "nsfw_level": 0,
                "premium_progress_bar_enabled": False, "safety_alerts_channel_id": None,
                "joined_at": "2026-01-01T00:00:00.000000+00:00", "roles": roles, "emojis": [], "stickers": [],
                "member_count": len(self.users), "members": [x.member() for x in self.users.values()],
                "channels": [self.channel_shape(x) for x in channels if not x.is_thread()],
                "threads": [self.channel_shape(x) for x in channels if x.is_thread() and not x.archived],
                "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [],
                "soundboard_sounds": []}

    def rights(self, channel):
        """@returns the bot's permissions there, as a number"""
        return sum(bit for name, bit in PERMISSIONS.items() if self.may(channel, name))

    def may(self, channel, permission):
        if channel.is_thread() and permission in self.channels[channel.parent].denied:
            return False
        return permission not in channel.denied
