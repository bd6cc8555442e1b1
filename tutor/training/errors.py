"""What a training request can be refused for."""


class TrainError(ValueError):
    """A request that cannot be carried out; the message is one sentence with the mend."""
