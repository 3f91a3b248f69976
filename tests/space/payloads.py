"""Texts that would do something in a browser if they were not shown as text."""

from __future__ import annotations

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><b onmouseover=alert(1)>x</b>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<object data='data:text/html,<script>alert(1)</script>'>",
    "<form action=javascript:alert(1)><button>x",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "${alert(1)}",
    "\u202e<script>\u2028alert(1)</script>",
    "<!--<script>alert(1)</script>",
    "<style>*{background:url(https://example.org/x)}</style>",
)
