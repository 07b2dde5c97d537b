"""One broker for all tests of a class; each has a cap of its own, so that they do not claim each other's jobs."""
import unittest

from broker_process import BrokerProcess


class SharedBroker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = BrokerProcess().start()
        cls.addClassCleanup(cls.broker.stop)

    def cap(self):
        return f"cap:{self.id().rsplit('.', 1)[1]}"

    def create(self, **body):
        return self.broker.create(requires={"caps": [self.cap()]}, **body)

    def claim(self, wait=None, **headers):
        return self.broker.claim(wait, X_Worker_Caps=self.cap(), **headers)
