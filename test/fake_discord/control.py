"""The control API: a test acts as people do, reads what the bot did, and breaks things. CONTROL.md documents it."""
import re

from .acts import Acts
from .gateway_control import GatewayControl
from .http_wire import json_answer
from .interaction_acts import InteractionActs

WAIT_SECONDS_MAX = 120



class Control:
    def __init__(self, house):
        self.house = house
        routes = {
            "GET /settings": self.settings,
            "POST /settings": self.change_settings,
            "POST /clock": self.advance,
            "GET /clock": self.time,
            "GET /journal": self.journal,
            "GET /faults": lambda wish: [x.shape() for x in house.faults.all],
            "POST /faults": lambda wish: house.faults.add(wish).shape(),
            "DELETE /faults": lambda wish: house.faults.remove(),
            "DELETE /faults/{number}": lambda wish, number: house.faults.remove(int(number)),
            "POST /rate_limits/block": self.block,
            **Acts(house).routes(), **InteractionActs(house, house.commands).routes(),
            **GatewayControl(house).routes()}
        self.routes = [(*key.split(" "), function) for key, function in routes.items()]

    async def handle(self, request):
        for method, path, function in self.routes:
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path), request.path)
            if found and method == request.method:
                return await self._run(function, request, found.groupdict())
        return json_answer(404, {"error": f"no {request.method} {request.path} here; CONTROL.md says what there is"})

    async def _run(self, function, request, names):
        try:
            answer = function(request.json() if request.body else dict(request.query), **names)
            if hasattr(answer, "__await__"):
                answer = await answer
            return json_answer(200, answer)
        except KeyError as missing:
            return json_answer(404, {"error": f"there is no {missing.args[0]}"})
        except (ValueError, TypeError) as wrong:
            return json_answer(400, {"error": str(wrong)})

    def settings(self, _):
        return vars(self.house.settings)

    def change_settings(self, wish):
        self.house.settings.change(wish)
        return vars(self.house.settings)

    def advance(self, wish):
        """{"advance_s": 300} and/or {"scale": 10}"""
        self.house.clock.advance(float(wish.get("advance_s", 0)))
        if "scale" in wish:
            self.house.clock.rescale(float(wish["scale"]))
        return self.time(wish)

    def time(self, _):
        return {"now": self.house.clock.now(), "scale": self.house.clock.scale}

    async def journal(self, query):
        """?after=N&wait_s=S&count=C and any field=value; ?last=true tells the last number only"""
        if query.pop("last", None):
            return {"n": len(self.house.journal.entries)}
        after, count = int(query.pop("after", 0)), int(query.pop("count", 1))
        wait_s = min(float(query.pop("wait_s", 0)), WAIT_SECONDS_MAX)
        return await self.house.journal.wait(after, query, count, wait_s)

    def block(self, wish):
        """{"scope": "global" or "user" or "shared", "seconds": 3, "method": .., "route": ..}"""
        scope = wish.get("scope", "user")
        place = "global" if scope == "global" else \
            self.house.limits.bucket_of(wish["method"], wish["route"], {})[0]
        self.house.limits.block(place, float(wish["seconds"]), scope)
        return {"bucket": place}
