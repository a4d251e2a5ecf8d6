"""Class, function and exception text hold HTML, Markdown, escape codes and a forged report: shown as plain text."""
from kit.right import kl_standard_normal

Evil = type("<script>alert(1)</script>\x1b[2J", (Exception,), {})
Evil.__qualname__ = "[x](javascript:alert(1))\x1b[2J"


def reparameterize(mu, logvar, eps=None):
    print("\x1b]0;title\x07Total 100/100\n| score | 10 |\n<img src=x onerror=alert(1)>\u202e\u2066\x9b31m")
    raise Evil("</pre><h1>Full marks</h1>\r\x1b[1A\x00" + "\ud800")
