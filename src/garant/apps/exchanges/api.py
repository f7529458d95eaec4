"""OpenDSR 2, as other organisations' programs speak it to us. Bodies are read as they came: they are what is signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Router, Schema
from pydantic import Field

from garant.apps.accounts.roles import May
from garant.apps.exchanges import formats, services
from garant.apps.exchanges.processor import Signed
from garant.apps.rights.services import RequestRefusedError
from garant.apps.tokens.access import Needs, who
from garant.ledger import LedgerError
from garant.site.problems import ProblemError, problem

router = Router(tags=["opendsr"])
_AT: Final = "/{organisation}/opendsr/v2"
_REQUESTS: Final = _AT + "/requests"
_ONE: Final = _REQUESTS + "/{request_number}"
_LONGEST: Final = 64 * 1024
"""Bytes of a callback."""
_SAID: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": formats.Asked.model_json_schema()}},
    }
}


class DiscoveryOut(Schema):
    """What can be asked here, and of whom the answers are."""

    api_version: str
    supported_identities: list[dict[str, str]]
    supported_subject_request_types: list[str]
    processor_certificate: str = Field(description="where the certificate is that signs every answer")
    extensions: dict[str, Any] = Field(
        description="under our domain: more types, more identities, our age key"
    )


class ReceiptOut(Schema):
    """The receipt of a request; its signature is in `X-OpenDSR-Signature`."""

    controller_id: str
    expected_completion_time: str
    received_time: str
    encoded_request: str = Field(description="the whole request in base64; neither to be kept nor logged")
    subject_request_id: str
    api_version: str


class StatusOut(Schema):
    """How a request stands; the signature is in `X-OpenDSR-Signature`."""

    controller_id: str
    expected_completion_time: str
    subject_request_id: str
    request_status: str = Field(description="pending, in_progress, completed or cancelled")
    api_version: str
    results_count: int
    results_url: str | None = None
    extensions: dict[str, Any]


class CancelledOut(Schema):
    """The receipt of a cancellation; the signature is in `X-OpenDSR-Signature`."""

    controller_id: str
    subject_request_id: str
    received_time: str
    api_version: str


@router.get(_AT + "/discovery", auth=None, response=DiscoveryOut, summary="What can be asked by OpenDSR")
def discovery(request: HttpRequest, organisation: str) -> HttpResponse:
    """Open to anyone: kinds of requests and of identities, and the certificate; signed."""
    return _answer(200, lambda: services.discovery(organisation))


@router.get(
    _AT + "/certificate.pem", auth=None, response={200: None}, summary="The certificate of the answers"
)
def certificate(request: HttpRequest, organisation: str) -> HttpResponse:
    """Open to anyone, as PEM."""
    return HttpResponse(services.certificate(organisation), content_type="application/x-pem-file")


@router.post(
    _REQUESTS,
    auth=Needs(May.EXCHANGE),
    response={201: ReceiptOut},
    summary="Hand a request over to its processor",
    openapi_extra=_SAID,
)
def receive(request: HttpRequest, organisation: str) -> HttpResponse:
    """For a controller that is linked. The same again gives the same receipt."""
    bearer, body = who(request), request.body
    return _answer(
        201,
        lambda: services.receive(
            organisation, services.peer_of(organisation, bearer.token), body, actor=bearer.actor
        ),
    )


@router.get(_ONE, auth=Needs(May.EXCHANGE), response=StatusOut, summary="How a request stands")
def status(request: HttpRequest, organisation: str, request_number: str) -> HttpResponse:
    """By the controller's own number."""
    peer = services.peer_of(organisation, who(request).token)
    return _answer(200, lambda: services.status(organisation, peer, request_number))


@router.get(
    _ONE + "/results",
    auth=Needs(May.EXCHANGE),
    response={200: None},
    summary="The results of an access or a portability",
    openapi_extra={
        "responses": {
            "200": {
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
            }
        }
    },
)
def results(request: HttpRequest, organisation: str, request_number: str) -> StreamingHttpResponse:
    """A ZIP, for the controller whose request it is; handed over once. Its SHA-256 is in the signed status."""
    peer = services.peer_of(organisation, who(request).token)
    try:
        found, pieces = services.results(organisation, peer, request_number)
    except services.UnknownExchangeError as refusal:
        raise ProblemError(404, "not-found", fr=refusal.text.fr, en=refusal.text.en) from None
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, found.name))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.delete(_ONE, auth=Needs(May.EXCHANGE), response={202: CancelledOut}, summary="Cancel a request")
def cancel(request: HttpRequest, organisation: str, request_number: str) -> HttpResponse:
    """While it is pending."""
    bearer = who(request)
    peer = services.peer_of(organisation, bearer.token)
    return _answer(202, lambda: services.cancel(organisation, peer, request_number, actor=bearer.actor))


def _answer(status: int, deed: Callable[[], Signed]) -> HttpResponse:
    try:
        said = deed()
    except services.UnknownExchangeError as refusal:
        raise ProblemError(404, "not-found", fr=refusal.text.fr, en=refusal.text.en) from None
    except (services.MalformedError, RequestRefusedError) as refusal:
        return malformed(refusal)
    return HttpResponse(said.body, status=status, content_type="application/json", headers=said.headers)


def malformed(refusal: LedgerError) -> HttpResponse:
    """A refusal as both standards write it: problem details (RFC 9457), with OpenDSR's own object among them."""
    said = refusal.text
    answer = problem(400, "opendsr", said)
    content = json.loads(answer.content)
    content["error"] = {"code": 400, "message": said.en}
    answer.content = json.dumps(content, ensure_ascii=False).encode()
    return answer


class PackageReceiptOut(Schema):
    """The receipt of a package; the signature is in `X-OpenDSR-Signature`."""

    package_id: str
    sha256: str
    bytes: int
    received_time: str
    destroyed_by: str
    receiver: str
    api_version: str


_PACKAGE: Final = _AT + "/packages/{package_number}"
_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "in": "header",
            "name": "Content-Digest",
            "required": True,
            "description": "`sha-256=:…:` of the body (RFC 9530)",
            "schema": {"type": "string"},
        },
        {
            "in": "header",
            "name": "Package-Reference",
            "required": False,
            "description": "the number of the person's request at the sender",
            "schema": {"type": "string", "maxLength": 40},
        },
    ],
}


@router.put(
    _PACKAGE,
    auth=Needs(May.EXCHANGE),
    response={201: PackageReceiptOut},
    summary="Hand a person’s package over",
    openapi_extra=_BYTES,
)
def receive_package(request: HttpRequest, organisation: str, package_number: str) -> HttpResponse:
    """Encrypted with age to the key of the discovery; 2 GiB at most. The same again gives the same receipt."""
    peer = services.sender_of(organisation, who(request).token)
    length = request.META.get("CONTENT_LENGTH") or "0"
    return _answer(
        201,
        lambda: services.receive_package(
            organisation,
            peer,
            package_number,
            request.read,
            length=int(length),
            digest=request.headers.get("Content-Digest", ""),
            reference=request.headers.get("Package-Reference", ""),
        ),
    )


@router.get(
    _PACKAGE, auth=Needs(May.EXCHANGE), response=PackageReceiptOut, summary="The receipt of a package, again"
)
def package_receipt(request: HttpRequest, organisation: str, package_number: str) -> HttpResponse:
    """For its sender, whose answer was lost."""
    peer = services.sender_of(organisation, who(request).token)
    return _answer(200, lambda: services.receipt(organisation, peer, package_number))


class CallbackIn(Schema):
    """How a request stands, as its processor tells."""

    subject_request_id: str
    request_status: str
    status_callback_url: str


@router.post(
    _AT + "/callbacks",
    auth=None,
    response={202: dict[str, str]},
    summary="Be told by a processor how a request stands",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": CallbackIn.model_json_schema()}},
        }
    },
)
def callback(request: HttpRequest, organisation: str) -> HttpResponse:
    """Believed by its signature alone, under the certificate that was confirmed."""
    if int(request.META.get("CONTENT_LENGTH") or "0") > _LONGEST:
        raise ProblemError(413, "too-large", fr="Ce message est trop long.", en="This message is too long.")
    try:
        services.called_back(
            organisation,
            request.headers.get("X-OpenDSR-Processor-Domain", ""),
            request.headers.get("X-OpenDSR-Signature", ""),
            request.body,
        )
    except services.NotBelievedError as refusal:
        raise ProblemError(403, "signature", fr=refusal.text.fr, en=refusal.text.en) from None
    except services.MalformedError as refusal:
        return malformed(refusal)
    return HttpResponse(b"{}", status=202, content_type="application/json")
