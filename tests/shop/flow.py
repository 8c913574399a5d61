"""flow - the register of flows: a name, what it proves, on which shops it makes sense."""
FLOWS = []


class Left(Exception):
    """A flow that cannot be driven here, and why."""


class Flow:
    def __init__(self, name, proves, function, when, bare):
        self.name, self.proves, self.function, self.when, self.bare = name, proves, function, when, bare


def flow(name, proves, when=lambda shop: True, bare=False):
    """Registers a function of the world. `when` says for which shops; `bare`: also makes sense without the module."""
    def register(function):
        FLOWS.append(Flow(name, proves, function, when, bare))
        return function
    return register


def legacy(shop):
    """Shops that still have the old product page."""
    return shop.major == 8


def nine(shop):
    return shop.major >= 9
