"""What the environment says is taken as it is meant, or refused without being repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.site import environment
from garant.site.environment import SettingError


def test_the_address_is_secure_beyond_this_machine() -> None:
    assert environment.url({}) == "http://127.0.0.1:8000"
    assert environment.url({"GARANT_URL": "https://garant.example.fr/"}) == "https://garant.example.fr"
    for wrong in ("http://garant.example.fr", "garant.example.fr", "https://x.example/path"):
        with pytest.raises(SettingError):
            environment.url({"GARANT_URL": wrong})


def test_hosts() -> None:
    assert environment.hosts("https://a.example", {"GARANT_HOSTS": "b.example, c.example"}) == [
        "a.example", "b.example", "c.example",
    ]  # fmt: skip
    assert "localhost" in environment.hosts("http://127.0.0.1:8000", {})


def test_mail(tmp_path: Path) -> None:
    assert environment.mail(tmp_path, {})["EMAIL_FILE_PATH"] == tmp_path / "outbox"
    found = environment.mail(tmp_path, {"GARANT_SMTP": "smtp://me:p%40ss@mail.example?tls=starttls"})
    assert (found["EMAIL_HOST_PASSWORD"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("p@ss", 587, True)
    assert environment.mail(tmp_path, {"GARANT_SMTP": "smtps://mail.example"})["EMAIL_PORT"] == 465
    assert environment.mail(tmp_path, {"GARANT_SMTP": "smtp://mail.example"})["EMAIL_USE_TLS"]
    assert not environment.mail(tmp_path, {"GARANT_SMTP": "smtp://mail.example?tls=none"})["EMAIL_USE_TLS"]
    assert not environment.mail(tmp_path, {"GARANT_SMTP": "smtp://127.0.0.1:25"})["EMAIL_USE_TLS"]
    with pytest.raises(SettingError, match="without TLS"):
        environment.mail(tmp_path, {"GARANT_SMTP": "smtp://me:secret@mail.example?tls=none"})
    with pytest.raises(SettingError) as refused:
        environment.mail(tmp_path, {"GARANT_SMTP": "secret-value"})
    assert "secret-value" not in str(refused.value)


def test_the_identity_provider() -> None:
    assert environment.oidc_providers({}) == {}
    assert environment.oidc_origins({}) == []
    named = {"GARANT_OIDC": "https://client:s3cret@sso.example:8443/realms/a"}
    app = environment.oidc_providers(named)["openid_connect"]["APPS"][0]
    assert app["settings"]["server_url"] == "https://sso.example:8443/realms/a"
    assert environment.oidc_origins(named) == ["https://sso.example"]
    with pytest.raises(SettingError) as refused:
        environment.oidc_providers({"GARANT_OIDC": "http://client:s3cret@sso.example"})
    assert "s3cret" not in str(refused.value)


def test_the_rest() -> None:
    assert environment.second_factor_required({})
    assert not environment.second_factor_required({"GARANT_MFA": "optional"})
    assert environment.behind_proxy({"GARANT_PROXY": "1"})
    assert environment.sender("a.example", {}) == "Garant <garant@a.example>"
