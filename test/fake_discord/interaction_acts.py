"""Slash commands and buttons as people use them, ordered by a test."""
from .interactions import AUTOCOMPLETE, COMMAND, COMPONENT
from .message_form import EPHEMERAL
from .world import CHANNEL, USER

BUTTON = 2


class InteractionActs:
    """@param commands the routes that know which commands are registered"""

    def __init__(self, house, commands):
        self.house, self.world, self.commands = house, house.world, commands

    def routes(self):
        return {"GET /commands": lambda wish: list(self.commands.commands.values()),
                "POST /interactions/command": self.command,
                "POST /interactions/autocomplete": self.autocomplete,
                "POST /interactions/button": self.button,
                "GET /interactions/{interaction}": self.show}

    def _begin(self, kind, wish, channel, data, source=None):
        user = self.world.users[wish.get("user") or channel.recipient or USER]
        interaction = self.house.interactions.begin(kind, channel, user, data, source)
        return self.house.interactions.shape(interaction)

    def _command_data(self, wish, channel):
        """@returns the data of a command that is registered where it is used"""
        for place in (channel.guild, "") if channel.guild else ("",):
            if command := self.commands.commands.get((place, wish["name"])):
                break
        else:
            raise KeyError(f"registered command {wish['name']} here")
        known = {x["name"]: x for x in command["options"]}
        options = []
        for name, value in (wish.get("options") or {}).items():
            if name not in known:
                raise ValueError(f"/{wish['name']} has no option {name}")
            options.append({"name": name, "type": known[name]["type"], "value": value})
        guild = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
        return command, {"id": command["id"], "name": command["name"], "type": 1, "options": options, **guild}

    def command(self, wish):
        """{"name": "ask", "options"?: {"prompt": ".."}, "user"?, "channel"?}"""
        channel = self.world.channels[wish.get("channel", CHANNEL)]
        command, data = self._command_data(wish, channel)
        given = {x["name"] for x in data["options"]}
        if missing := [x["name"] for x in command["options"] if x.get("required") and x["name"] not in given]:
            raise ValueError(f"a person cannot send it without {missing}")
        return self._begin(COMMAND, wish, channel, data)

    def autocomplete(self, wish):
        """{"name": "ask", "focused": "model", "options"?: {"model": "vl"}, "user"?, "channel"?}"""
        channel = self.world.channels[wish.get("channel", CHANNEL)]
        focused = wish["focused"]
        command, data = self._command_data({**wish, "options": {focused: "", **(wish.get("options") or {})}}, channel)
        if not any(x["name"] == focused and x.get("autocomplete") for x in command["options"]):
            raise ValueError(f"/{wish['name']} does not complete {focused}")
        for option in data["options"]:
            if option["name"] == focused:
                option["focused"] = True
        return self._begin(AUTOCOMPLETE, wish, channel, data)

    def button(self, wish):
        """{"message": id, "channel"?, "label" or "custom_id", "user"?}; the message may be an ephemeral answer, too"""
        channel = self.world.channels[wish.get("channel", CHANNEL)]
        source = channel.messages.get(wish["message"]) or self._ephemeral(wish["message"])
        for row in source.shape["components"]:
            for button in row.get("components", []):
                if button.get("type") == BUTTON and not button.get("disabled") and button.get("custom_id") and \
                        wish.get("label", button.get("label")) == button.get("label") and \
                        wish.get("custom_id", button["custom_id"]) == button["custom_id"]:
                    data = {"custom_id": button["custom_id"], "component_type": BUTTON, "id": button["id"]}
                    return self._begin(COMPONENT, wish, channel, data, source)
        raise KeyError("button like that on the message")

    def _ephemeral(self, message_id):
        for interaction in self.house.interactions.all.values():
            for message in [interaction.original, *interaction.followups]:
                if message and message.id == message_id and message.shape["flags"] & EPHEMERAL:
                    return message
        raise KeyError("message " + message_id)

    async def show(self, query, interaction):
        """?wait_s=S waits until it is not "waiting" any more (and, with &until=answered, not deferred either)"""
        known = self.house.interactions.all[interaction]
        open_states = ("waiting", "deferred") if query.get("until") == "answered" else ("waiting",)
        await self.house.journal.wait_until(lambda: known.state not in open_states, float(query.get("wait_s", 0)))
        return self.house.interactions.shape(known)
