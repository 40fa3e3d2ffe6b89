"""Reads and changes an app's domains with wechatpy, whose addresses are led to a console: wechatpy_client.py URL APPID."""

import os
import sys

from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

PLATFORM = "https://api.weixin.qq.com/"


class Console(HTTPAdapter):
    """Sends what is meant for the platform to the console, as it is."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, **options):
        request.url = request.url.replace(PLATFORM, self.url + "/", 1)
        return super().send(request, **options)


def code_of(call):
    try:
        call()
    except WeChatClientException as error:
        return error.errcode
    return 0


def main(url, app):
    client = WeChatClient(app, os.environ["APP_SECRET"])
    client._http.mount(PLATFORM, Console(url))

    token = client.fetch_access_token()
    assert token["expires_in"] == 7200, token
    assert client.wxa.modify_domain("get")["requestdomain"] == []

    added = client.wxa.modify_domain(
        "add",
        request_domain=["https://api.example.com", "https://old.example.com"],
        wsrequest_domain=["wss://push.example.com", "https://wrong.example.com"],
    )
    assert added["errcode"] == 0, added
    assert added["invalid_wsrequestdomain"] == ["wss://https://wrong.example.com"], added

    deleted = client.wxa.modify_domain("delete", request_domain=["https://old.example.com"])
    assert deleted["requestdomain"] == ["https://api.example.com"], deleted
    effective = client.post(PLATFORM + "wxa/get_effective_domain", data={})
    assert effective["effective_domain"]["wsrequestdomain"] == ["wss://push.example.com"], effective

    again = lambda: client.wxa.modify_domain("add", request_domain=["https://api.example.com"])
    assert code_of(again) == 85017, code_of(again)

    # The SDK gets another token by itself where its own has ended.
    client.session.set(client.access_token_key, "mga.%s.1.ended" % app, 7200)
    assert client.wxa.modify_domain("get")["requestdomain"] == ["https://api.example.com"]

    wrong = WeChatClient(app, "0" * 32)
    wrong._http.mount(PLATFORM, Console(url))
    assert code_of(wrong.fetch_access_token) == 40125


if __name__ == "__main__":
    main(*sys.argv[1:])
