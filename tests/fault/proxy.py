"""A TCP proxy whose line can be cut, or held, one way or both, so that what was sent arrives late
or its answer never.
"""

import socket
import threading
import time


class Proxy:
    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asking, self.answering = threading.Event(), threading.Event()  # bytes flow
        self.release()
        self.whole = True              # connections are accepted
        self.slow, self.delay_s = None, 0  # what has these bytes in it takes so much longer
        self.lock, self.sockets = threading.Lock(), []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target) if self.whole else None
            except OSError:
                server = None
            if server is None:
                client.close()
                continue
            with self.lock:
                self.sockets += [client, server]
            for way in ((client, server, self.asking), (server, client, self.answering)):
                threading.Thread(target=self.pump, args=way, daemon=True).start()

    def pump(self, source, sink, flows):
        try:
            while data := source.recv(65536):
                flows.wait()
                if self.slow and self.slow in data:
                    time.sleep(self.delay_s)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            end.close()

    def hold(self):
        self.asking.clear()
        self.answering.clear()

    def hold_answers(self):
        self.answering.clear()

    def release(self):
        self.asking.set()
        self.answering.set()

    def cut(self):
        self.whole = False
        with self.lock:
            for end in self.sockets:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has ended already
            self.sockets.clear()

    def mend(self):
        self.whole = True

    def close(self):
        self.listener.close()
        self.cut()
        self.release()
