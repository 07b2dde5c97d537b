"""Routes of the bot itself, people, servers and the Gateway's address."""
from .api_error import ApiError, required
from .http_wire import json_answer
from .world import BOT


class UserRoutes:
    def __init__(self, house):
        self.house, self.world = house, house.world

    def routes(self):
        return {("GET", "/gateway"): lambda call: json_answer(200, {"url": self.house.gateway.base + "/"}),
                ("GET", "/gateway/bot"): lambda call: json_answer(200, self.house.gateway.start_limit()),
                ("GET", "/users/@me"): self.me,
                ("GET", "/users/{user}"): lambda call: json_answer(200, self.user(call.names["user"]).shape()),
                ("POST", "/users/@me/channels"): self.begin_dm,
                ("GET", "/users/@me/guilds"): self.guilds,
                ("GET", "/oauth2/applications/@me"): self.application,
                ("GET", "/applications/@me"): self.application,
                ("GET", "/guilds/{guild}"): lambda call: json_answer(200, self.world.guild_shape(self.guild(call))),
                ("GET", "/guilds/{guild}/channels"): self.channels,
                ("GET", "/guilds/{guild}/threads/active"): self.threads,
                ("GET", "/guilds/{guild}/members/{user}"):
                    lambda call: json_answer(200, self.user(call.names["user"]).member())}

    def user(self, user_id):
        if user_id not in self.world.users:
            raise ApiError(10013)
        return self.world.users[user_id]

    def guild(self, call):
        if call.names["guild"] not in self.world.guilds:
            raise ApiError(10004)
        return self.world.guilds[call.names["guild"]]

    def me(self, call):
        return json_answer(200, {**call.account.shape(), "verified": True, "mfa_enabled": False, "email": None,
                                 "locale": "en-US", "flags": 0})

    def begin_dm(self, call):
        recipient = (call.payload or {}).get("recipient_id")
        if not recipient:
            raise required("recipient_id")
        user = self.user(str(recipient))
        if user.bot:
            raise ApiError(50007)
        return json_answer(200, self.world.channel_shape(self.world.dm_with(user)))

    def guilds(self, _):
        return json_answer(200, [{"id": x["id"], "name": x["name"], "icon": None, "owner": False, "permissions": "0",
                                  "features": []} for x in self.world.guilds.values()])

    def application(self, _):
        bot = self.world.bot
        return json_answer(200, {
            "id": BOT, "name": bot.name, "icon": None, "description": "", "summary": "", "bot_public": False,
            "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 1 << 19, "hook": True, "team": None,
            "rpc_origins": [], "tags": [], "bot": bot.shape(), "owner": next(iter(
                x.shape() for x in self.world.users.values() if not x.bot))})

    def channels(self, call):
        guild = self.guild(call)["id"]
        return json_answer(200, [self.world.channel_shape(x) for x in self.world.channels.values()
                                 if x.guild == guild and not x.is_thread()])

    def threads(self, call):
        guild = self.guild(call)["id"]
        threads = [self.world.channel_shape(x) for x in self.world.channels.values()
                   if x.guild == guild and x.is_thread() and not x.archived]
        return json_answer(200, {"threads": threads, "members": [], "has_more": False})
