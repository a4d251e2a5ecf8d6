"""The import sleeps for ever while a thread prints a little all the time: 'did not end within 5 s'."""
import threading
import time


def chat():
    for _ in range(3000):
        print("still here", flush=True)
        time.sleep(0.01)


threading.Thread(target=chat, daemon=True).start()
threading.Event().wait()
