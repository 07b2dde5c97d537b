"""Routes of slash commands and interactions. @source Discord API reference, "Application Commands", "Interactions" """
from .api import no_content
from .api_error import ApiError, unauthorized, wrong_form
from .command_form import check_command
from .http_wire import json_answer
from .message_form import EPHEMERAL, LOADING
from .world import BOT

COMMANDS_MAX = 100
DAY_S = 86_400
HAS_MESSAGE = (4, 5, 7)  # types of callbacks
DEFAULTS = {"type": 1, "default_member_permissions": None, "dm_permission": True, "nsfw": False, "options": []}


class InteractionRoutes:
    def __init__(self, house):
        self.house, self.world, self.interactions = house, house.world, house.interactions
        self.commands = {}  # (server or "", name) -> command
        self.created = []  # times, of the last day

    def routes(self):
        everywhere, one = "/applications/{application}/commands", "/{command}"
        in_guild = "/applications/{application}/guilds/{guild}/commands"
        routes = {("POST", "/interactions/{interaction}/{token}/callback"): self.call_back,
                  ("POST", "/webhooks/{application}/{token}"): self.follow_up,
                  ("GET", "/webhooks/{application}/{token}/messages/{message}"): self.show,
                  ("PATCH", "/webhooks/{application}/{token}/messages/{message}"): self.edit,
                  ("DELETE", "/webhooks/{application}/{token}/messages/{message}"): self.delete}
        for place in (everywhere, in_guild):
            routes.update({("GET", place): self.list, ("PUT", place): self.replace, ("POST", place): self.add,
                           ("PATCH", place + one): self.change, ("DELETE", place + one): self.remove})
        return routes

    # -- commands --------------------------------------------------------------------------------------------------

    def _place(self, call):
        if call.names["application"] != BOT:
            raise unauthorized()
        guild = call.names.get("guild", "")
        if guild and guild not in self.world.guilds:
            raise ApiError(10004)
        return guild

    def of_place(self, guild):
        return [x for (place, _), x in self.commands.items() if place == guild]

    def _by_id(self, call):
        for key, command in self.commands.items():
            if key[0] == self._place(call) and command["id"] == call.names["command"]:
                return key, command
        raise ApiError(10063)

    def _make(self, guild, wish):
        """@returns the command; one of the same name keeps its id"""
        known = self.commands.get((guild, wish["name"]))
        if known is None:
            now = self.house.clock.now()
            self.created = [x for x in self.created if x > now - DAY_S] + [now]
            if len(self.created) > self.house.settings.command_creates_max:
                raise ApiError(30034)
        where = {"guild_id": guild} if guild else {"contexts": None, "integration_types": [0]}
        return {"id": known["id"] if known else self.world.new_id(), "application_id": BOT, **DEFAULTS, **where, **wish,
                "version": self.world.new_id()}

    def list(self, call):
        return json_answer(200, self.of_place(self._place(call)))

    def replace(self, call):
        """The whole list: what it omits is gone."""
        guild, wishes = self._place(call), call.payload
        if not isinstance(wishes, list):
            raise wrong_form("_", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        if len(wishes) > COMMANDS_MAX:
            raise wrong_form("_", "BASE_TYPE_MAX_LENGTH", f"Must be {COMMANDS_MAX} or fewer in length.")
        for at, wish in enumerate(wishes):
            check_command(wish, str(at))
        made = [self._make(guild, x) for x in wishes]
        for key in [x for x in self.commands if x[0] == guild]:
            del self.commands[key]
        self.commands.update({(guild, x["name"]): x for x in made})
        return json_answer(200, made)

    def add(self, call):
        guild = self._place(call)
        check_command(call.payload or {}, "_")
        known = (guild, call.payload["name"]) in self.commands
        command = self.commands[guild, call.payload["name"]] = self._make(guild, call.payload)
        return json_answer(200 if known else 201, command)

    def change(self, call):
        key, command = self._by_id(call)
        wish = {**command, **(call.payload or {})}
        check_command(wish, "_")
        del self.commands[key]
        self.commands[key[0], wish["name"]] = wish
        return json_answer(200, wish)

    def remove(self, call):
        del self.commands[self._by_id(call)[0]]
        return no_content()

    # -- interactions ----------------------------------------------------------------------------------------------

    def call_back(self, call):
        interaction = self.interactions.call_back(call.names["interaction"], call.names["token"], call.payload or {},
                                                  call.files)
        if call.query.get("with_response") != "true":
            return no_content()
        kind, message = call.payload["type"], interaction.original
        shape = {"id": interaction.id, "type": interaction.type}
        resource = {"type": kind}
        if kind in HAS_MESSAGE:
            shape.update(response_message_id=message.id,
                         response_message_loading=bool(message.shape["flags"] & LOADING),
                         response_message_ephemeral=bool(message.shape["flags"] & EPHEMERAL))
            resource["message"] = self.house.messages.rest_shape(message)
        return json_answer(200, {"interaction": shape, "resource": resource})

    def _find(self, call):
        interaction = self.interactions.of_token(call.names["token"])
        return interaction, self.interactions.message_of(interaction, call.names["message"])

    def follow_up(self, call):
        interaction = self.interactions.of_token(call.names["token"])
        message = self.interactions.follow_up(interaction, call.payload or {}, call.files)
        return json_answer(200, self.house.messages.rest_shape(message))

    def show(self, call):
        return json_answer(200, self.house.messages.rest_shape(self._find(call)[1]))

    def edit(self, call):
        interaction, message = self._find(call)
        self.interactions.edit(interaction, message, call.payload or {}, call.files)
        return json_answer(200, self.house.messages.rest_shape(message))

    def delete(self, call):
        self.interactions.delete(*self._find(call))
        return no_content()
