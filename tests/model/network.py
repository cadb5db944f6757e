"""A broker that loses, doubles, reorders and cuts what it carries, and forgets its sessions."""

import dataclasses as dc

KEPT = 60
"""Messages of the past that may come again."""


@dc.dataclass
class Pipe:
    """What is on its way in one direction, oldest first; and what has been."""

    queue: list[bytes] = dc.field(default_factory=list)
    past: list[bytes] = dc.field(default_factory=list)

    def put(self, message: bytes) -> None:
        self.queue.append(message)
        self.past.append(message)
        del self.past[:-KEPT]

    def take(self) -> bytes | None:
        return self.queue.pop(0) if self.queue else None

    def lose(self, pick: int) -> bool:
        if self.queue:
            del self.queue[pick % len(self.queue)]
            return True
        return False

    def double(self, pick: int) -> bool:
        if self.queue:
            self.queue.append(self.queue[pick % len(self.queue)])
            return True
        return False

    def reorder(self, pick: int) -> bool:
        if len(self.queue) < 2:
            return False
        self.queue.insert(0, self.queue.pop(1 + pick % (len(self.queue) - 1)))
        return True

    def cut(self, pick: int) -> bool:
        """Cut a message in half: what is left comes as another one."""
        if not self.queue:
            return False
        n = pick % len(self.queue)
        half = len(self.queue[n]) // 2
        self.queue[n : n + 1] = [self.queue[n][:half], self.queue[n][half:]]
        return True

    def again(self, pick: int) -> bool:
        """Something that was delivered, or lost, long ago comes now."""
        if self.past:
            self.queue.insert(0, self.past[pick % len(self.past)])
            return True
        return False


FAULTS = ("lose", "double", "reorder", "cut", "again")
