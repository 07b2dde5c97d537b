"""Everything of one fake Discord, wired together."""
from .api import Api
from .channel_routes import ChannelRoutes
from .clock import Clock
from .faults import Faults
from .gateway import Gateway
from .interaction_routes import InteractionRoutes
from .interactions import Interactions
from .journal import Journal
from .messages import Messages
from .rate_limits import RateLimits
from .settings import Settings
from .user_routes import UserRoutes
from .world import World


class House:
    def __init__(self, token, scale=1.0, tester_token=None):
        self.clock = Clock(scale)
        self.settings = Settings()
        self.journal = Journal(self.clock)
        self.faults = Faults()
        self.limits = RateLimits(self.clock, self.settings)
        self.world = World(self.clock, token, tester_token)
        self.gateway = Gateway(self.world, self.settings, self.journal)
        self.messages = Messages(self.world, self.settings, self.gateway.tell)
        self.interactions = Interactions(self)
        self.commands = InteractionRoutes(self)
        parts = [UserRoutes(self), ChannelRoutes(self), self.commands]
        self.api = Api(self, {key: function for part in parts for key, function in part.routes().items()})
