"""Slash commands, buttons and autocompletion: what a person begins, what the bot answers, and what the person then sees.
@source Discord API reference, "Receiving and Responding to Interactions" """
import asyncio
import dataclasses
import secrets

from .api_error import ApiError, wrong_form
from .message_form import EPHEMERAL, LOADING, check_message
from .world import BOT, DM

COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4
REPLY, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWERS = {COMMAND: (REPLY, DEFERRED, MODAL), COMPONENT: (REPLY, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
           AUTOCOMPLETE: (CHOICES,)}
SLASH_RESULT = 20  # type of a message that answers a command
CHOICES_MAX, CHOICE_TEXT_MAX = 25, 100
FLAGS_OF_ANSWER = (1 << 2) | EPHEMERAL | (1 << 12) | (1 << 15)


@dataclasses.dataclass
class Interaction:
    id: str
    token: str
    type: int
    channel: object
    user: object
    at: float
    data: dict
    source: object = None  # the message of the button
    state: str = "waiting"  # then answered, deferred, or failed: the person is told that the application did not respond
    answer: dict = None  # what the bot called back
    original: object = None  # the message that answers
    followups: list = dataclasses.field(default_factory=list)
    choices: list = None


class Interactions:
    def __init__(self, house):
        self.world, self.settings, self.messages = house.world, house.settings, house.messages
        self.tell, self.journal = house.gateway.tell, house.journal
        self.all = {}

    # -- begun by a person -----------------------------------------------------------------------------------------

    def begin(self, kind, channel, user, data, source=None):
        """Tells the bot; it has `interaction_answer_s` to answer. @returns the Interaction"""
        world = self.world
        interaction = Interaction(world.new_id(), secrets.token_urlsafe(120), kind, channel, user, world.clock.now(),
                                  data, source)
        self.all[interaction.id] = interaction
        event = {"id": interaction.id, "application_id": BOT, "type": kind, "token": interaction.token, "version": 1,
                 "channel_id": channel.id, "channel": world.channel_shape(channel), "data": data, "locale": "en-US",
                 "app_permissions": str(world.rights(channel)), "attachment_size_limit": self.settings.file_bytes_max,
                 "entitlements": [], "context": 1 if channel.type == DM else 0,
                 "authorizing_integration_owners": {"0": channel.guild or "0"}}
        if channel.guild:
            event.update(guild_id=channel.guild, guild={"id": channel.guild, "locale": "en-US", "features": []},
                         guild_locale="en-US", member={**user.member(), "permissions": "2048"})
        else:
            event["user"] = user.shape()
        if source:
            event["message"] = self.messages.rest_shape(source)
        self.tell("INTERACTION_CREATE", event)
        asyncio.ensure_future(self._fail_in_time(interaction))
        return interaction

    async def _fail_in_time(self, interaction):
        await self.world.clock.sleep_until(interaction.at + self.settings.interaction_answer_s)
        if interaction.state == "waiting":
            interaction.state = "failed"
            self.journal.add("interaction_failed", interaction=interaction.id)

    # -- answered by the bot ---------------------------------------------------------------------------------------

    def call_back(self, interaction_id, token, payload, files):
        """The first answer, by POST /interactions/{id}/{token}/callback. @returns the Interaction"""
        interaction = self.all.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.state == "failed":
            raise ApiError(10062)
        if interaction.state != "waiting":
            raise ApiError(40060)
        kind, data = payload.get("type"), payload.get("data") or {}
        if kind not in ANSWERS[interaction.type]:
            raise wrong_form("type", "BASE_TYPE_CHOICES", f"Value must be one of {ANSWERS[interaction.type]}.")
        if kind == CHOICES:
            interaction.choices = check_choices(data.get("choices") or [])
        if kind == REPLY:
            check_message(data, files, FLAGS_OF_ANSWER)
            interaction.original = self._say(interaction, data, files)
        if kind == DEFERRED:
            flags = LOADING | (data.get("flags") or 0) & EPHEMERAL
            interaction.original = self._say(interaction, {"flags": flags}, ())
        if kind == UPDATE:
            check_message(data, files, FLAGS_OF_ANSWER, editing=True)
            self.messages.edit(interaction.source, data, files)
        if kind in (UPDATE, DEFERRED_UPDATE):
            interaction.original = interaction.source
        interaction.answer = payload
        interaction.state = "deferred" if kind in (DEFERRED, DEFERRED_UPDATE) else "answered"
        return interaction

    def _say(self, interaction, data, files):
        """A message of the bot that belongs to the interaction. Without allowed_mentions only people are notified."""
        user, mentions = interaction.user, data.get("allowed_mentions")
        meta = {"id": interaction.id, "type": interaction.type, "user": user.shape(),
                "authorizing_integration_owners": {"0": interaction.channel.guild or "0"}}
        earlier = interaction.original or interaction.source
        if interaction.type == COMMAND:
            meta["name"] = interaction.data["name"]
        payload = {**data, "allowed_mentions": {"parse": ["users"]} if mentions is None else mentions}
        if earlier:
            payload["message_reference"] = {"message_id": earlier.id}
        kind = None if earlier else SLASH_RESULT
        return self.messages.create(interaction.channel, self.world.bot, payload, files, kind=kind,
                                    extra={"application_id": BOT, "webhook_id": BOT, "interaction_metadata": meta})

    # -- and after it ----------------------------------------------------------------------------------------------

    def of_token(self, token):
        """@returns the Interaction whose webhook this is, while it lives; raises ApiError"""
        for interaction in self.all.values():
            if interaction.token == token:
                if self.world.clock.now() - interaction.at > self.settings.interaction_token_s:
                    raise ApiError(50027)
                if interaction.state in ("waiting", "failed"):
                    raise ApiError(10015)
                return interaction
        raise ApiError(10015)

    def message_of(self, interaction, message_id):
        """@param message_id "@original" for the answer"""
        for message in [interaction.original, *interaction.followups]:
            if message and (message.id == message_id or message_id == "@original" and message is interaction.original):
                return message
        raise ApiError(10008)

    def edit(self, interaction, message, data, files):
        check_message(data, files, FLAGS_OF_ANSWER, editing=True)
        message.shape["flags"] &= ~LOADING
        interaction.state = "answered"
        if data.get("allowed_mentions") is None:
            data["allowed_mentions"] = {"parse": ["users"]}
        self.messages.edit(message, data, files)

    def follow_up(self, interaction, data, files):
        """@returns the Message; the first one after "thinking.." takes its place"""
        check_message(data, files, FLAGS_OF_ANSWER)
        if interaction.state == "deferred" and interaction.original is not interaction.source:
            self.edit(interaction, interaction.original, data, files)
            return interaction.original
        message = self._say(interaction, data, files)
        interaction.followups.append(message)
        return message

    def delete(self, interaction, message):
        self.messages.delete(message)
        if message is interaction.original:
            interaction.original = None
        else:
            interaction.followups.remove(message)

    def shape(self, interaction):
        """As the person sees it."""
        show = lambda x: {**self.messages.rest_shape(x), "ephemeral": bool(x.shape["flags"] & EPHEMERAL),
                          "versions": x.versions}
        return {"id": interaction.id, "token": interaction.token, "type": interaction.type, "state": interaction.state,
                "answer": interaction.answer, "choices": interaction.choices, "at": interaction.at,
                "original": interaction.original and show(interaction.original),
                "followups": [show(x) for x in interaction.followups]}


def check_choices(choices):
    if len(choices) > CHOICES_MAX:
        raise wrong_form("data.choices", "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {CHOICES_MAX} in length.")
    for at, choice in enumerate(choices):
        for field in ("name", "value"):
            text = choice.get(field)
            if isinstance(text, str) and not 1 <= len(text) <= CHOICE_TEXT_MAX:
                raise wrong_form(f"data.choices.{at}.{field}", "BASE_TYPE_BAD_LENGTH",
                                 f"Must be between 1 and {CHOICE_TEXT_MAX} in length.")
    return choices
