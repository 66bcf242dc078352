"""What was asked, what went wrong: shared by all threads of a probe."""

import collections
import threading
import time

SHOWN = 20


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.began = time.monotonic()
        self.probes, self.errors, self.failed, self.hits = (collections.Counter() for _ in range(4))
        self.violations = []
        self.faults = []

    @property
    def now(self):
        return time.monotonic() - self.began

    def probe(self, kind, cache_status=None):
        with self.lock:
            self.probes[kind] += 1
            if cache_status and "; hit" in cache_status:
                self.hits[kind] += 1

    def error(self, kind, why):
        with self.lock:
            self.probes[kind] += 1
            self.errors[f"{kind}: {why}"] += 1
            self.failed[kind] += 1

    def good(self, kind):
        """Answers that are none of the errors."""
        return self.probes[kind] - self.failed[kind]

    def violation(self, kind, **what):
        with self.lock:
            what.update(kind=kind, at=round(self.now, 3),
                        faults=[fault for fault in self.faults[-3:]])
            self.violations.append(what)

    def fault(self, text):
        with self.lock:
            self.faults.append(f"{self.now:.3f} {text}")

    @property
    def questions(self):
        """Probes and those of them that failed. Commands are the load, not a probe: one whose
        outcome is unknown is no wrong answer.
        """
        return tuple(sum(counter.values()) - counter["command"]
                     for counter in (self.probes, self.failed))

    @property
    def error_share(self):
        asked, failed = self.questions
        return failed / max(1, asked)

    def report(self):
        asked, failed = self.questions
        lines = [
            f"{asked} probes in {self.now:.0f} s, {sum(self.hits.values())} hits, {failed} errors "
            f"({100 * self.error_share:.2f} %), {len(self.violations)} violations; "
            f"{self.good('command')} commands done, {self.failed['command']} not known to be"]
        lines += [f"    {kind}: {count}, of these {self.hits[kind]} hits"
                  for kind, count in self.probes.most_common()]
        lines += [f"    error: {count} {why}" for why, count in self.errors.most_common()]
        lines += [f"    fault: {fault}" for fault in self.faults]
        for violation in self.violations[:SHOWN]:
            lines += ["    VIOLATION"] + [f"        {name}: {value}"
                                          for name, value in violation.items()]
        return "\n".join(lines)
