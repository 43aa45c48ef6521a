"""Channels, rules and messages as an administrator writes and reads them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from api.access.roles import Role
from api.contract import RiskLevel
from api.contract.text import AnyIdentifier, Name, StorableText
from api.contract.vocabulary import Language
from api.kit.mail_address import MailAddress
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import SchoolName


class NoticeEvent(StrEnum):
    """What is told of."""

    ALERT_CONFIRMED = "alert_confirmed"
    ORDER_ASSIGNED = "order_assigned"
    ORDER_RETURNED = "order_returned"
    ORDER_OVERDUE = "order_overdue"
    ORDER_ESCALATED = "order_escalated"
    INSPECTION_DUE = "inspection_due"
    INSPECTION_OVERDUE = "inspection_overdue"
    BOX_LOST = "box_lost"
    JOB_DEAD = "job_dead"
    REPORT_READY = "report_ready"
    MEETING_CALLED = "meeting_called"


class ChannelKind(StrEnum):
    """How a channel is spoken to."""

    MAIL = "mail"
    MAIL_PEOPLE = "mail_people"
    """Mail to the people a rule's roles name, each by themselves."""
    PUSH = "push"
    """The browsers of those people, without a text."""
    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    APPRISE = "apprise"
    """Another service, through the library of that name."""


class MailSecurity(StrEnum):
    """How a mail server is spoken to."""

    TLS = "tls"
    """From the first byte."""
    STARTTLS = "starttls"
    """After a greeting; a server that does not offer it is sent nothing."""
    PLAIN = "plain"
    """Everybody on the way reads along; an administrator must choose it."""


class Outcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """The peer answered with an error, be it in the body of a 200."""
    UNREADABLE = "unreadable"
    """The peer's answer says neither that it took it nor that it did not."""
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNKNOWN_HOST = "unknown_host"
    ADDRESS_REFUSED = "address_refused"
    REDIRECTED = "redirected"
    NO_TLS = "no_tls"
    BAD_CERTIFICATE = "bad_certificate"
    BAD_CREDENTIALS = "bad_credentials"
    CHANNEL_OFF = "channel_off"
    """It was switched off or deleted meanwhile; nothing was sent."""
    NO_RECIPIENT = "no_recipient"
    """Whom it was for may sign in no more, has no address, or may know of nothing it tells."""
    NOT_INSTALLED = "not_installed"
    """The extra that it needs is not installed."""
    SEAL_BROKEN = "seal_broken"
    """Its secrets were sealed with another key: they must be entered again."""


_Url = Annotated[SecretStr, Field(min_length=10, max_length=2000)]
_Secret = Annotated[SecretStr, Field(min_length=1, max_length=512)]
_Host = Annotated[
    str, StringConstraints(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:-]+$")
]
_Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


SecretName = Literal["url", "secret", "password"]


class ChannelSettings(BaseModel):
    """What a channel needs; which of it, by its kind. Secrets are never answered.

    Of a change, a secret that is null stays as it is.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: _Url | None = Field(
        default=None,
        description="Of a webhook or robot, or Apprise's own; a secret, for it holds a token.",
    )
    secret: _Secret | None = Field(
        default=None, description="Signs; of a webhook `whsec_` and base64 of 24 to 64 bytes."
    )
    host: _Host | None = Field(default=None, description="Of the mail server.")
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: MailSecurity = MailSecurity.TLS
    username: Annotated[StorableText, Field(max_length=254)] | None = None
    password: _Secret | None = None
    sender: MailAddress | None = None
    recipients: Annotated[list[MailAddress], Field(max_length=50)] = []


class ChannelSettingsView(BaseModel):
    """What a channel is set to, without its secrets."""

    host: str | None = Field(description="Whom it connects to; null while its seal is broken.")
    port: int | None
    security: MailSecurity
    username: str | None
    sender: str | None
    recipients: list[str]
    secrets: list[SecretName] = Field(description="Those that are set.")


class ChannelWrite(BaseModel):
    """A channel."""

    name: Name
    language: Language = "zh"
    is_enabled: bool = True
    per_minute: Annotated[int, Field(ge=1, le=600)] = Field(
        20, description="Messages at most; what is more joins one that waits. Robots take 20."
    )
    settings: ChannelSettings


class ChannelCreate(ChannelWrite):
    """A new channel; kind and school are chosen once."""

    kind: ChannelKind
    school_id: AnyIdentifier | None = Field(
        None, description="It is told of this school alone; null: of the whole district."
    )


class ChannelView(BaseModel):
    """A channel, without its secrets."""

    id: int
    name: str
    kind: ChannelKind
    school: SchoolName | None
    language: Language
    is_enabled: bool
    per_minute: int
    settings: ChannelSettingsView


class ChannelList(BaseModel):
    """All channels."""

    items: list[ChannelView]


class ChannelTest(BaseModel):
    """What a test message met with."""

    outcome: Outcome
    status: int | None = Field(description="Status the peer answered with, of HTTP or SMTP.")
    answer: str = Field(description="What the peer answered, shortened and without secrets.")
    took_ms: int


class NoticeRuleWrite(BaseModel):
    """Of what which channels are told, and when. Class 1 is always told at once."""

    name: Name
    is_enabled: bool = True
    events: Annotated[list[NoticeEvent], Field(min_length=1, max_length=len(NoticeEvent))]
    risks: Annotated[list[RiskLevel], Field(max_length=3)] = Field([], description="Empty: all.")
    school_ids: Annotated[list[AnyIdentifier], Field(max_length=1000)] = Field(
        [], description="Empty: all."
    )
    channel_ids: Annotated[list[RowNumber], Field(max_length=50)] = []
    to_school: bool = Field(False, description="Also to the channels of the school concerned.")
    roles: Annotated[list[Role], Field(max_length=len(Role))] = Field(
        [],
        description="Whom channels to people tell: each of what they may see in the console alone.",
    )
    hours_from: _Time | None = Field(None, description="In the school's time, with `hours_to`.")
    hours_to: _Time | None = Field(None, description="Before `hours_from`: of the next day.")
    digest_min: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = Field(
        0, description="Collected for so many minutes; 0: told at once."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.hours_from is None) != (self.hours_to is None):
            raise ValueError("hours_from and hours_to are given together")
        if self.hours_from is not None and self.hours_from == self.hours_to:
            raise ValueError("hours_from and hours_to differ")
        if not self.channel_ids and not self.to_school:
            raise ValueError("a rule tells some channel, or those of the school")
        return self


class NoticeRuleView(BaseModel):
    """A rule."""

    id: int
    name: str
    is_enabled: bool
    events: list[NoticeEvent]
    risks: list[RiskLevel]
    school_ids: list[str]
    channel_ids: list[int]
    to_school: bool
    roles: list[Role]
    hours_from: str | None
    hours_to: str | None
    digest_min: int


class NoticeRuleList(BaseModel):
    """All rules."""

    items: list[NoticeRuleView]


class NoticeState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    """Not sent so far; tried again if it failed."""
    SENT = "sent"
    """The peer took it."""
    DEAD = "dead"
    """Given up, or its channel was switched off."""


class NoticeItemView(BaseModel):
    """What a message tells of."""

    event: NoticeEvent
    school_id: str | None
    risk: RiskLevel | None
    at: Moment
    about: str = Field(description="The alert, the order, the box or the job.")
    text: str


class NoticeView(BaseModel):
    """One message to one channel."""

    id: str = Field(description="The same in every attempt, and what the peer is told.")
    channel_id: int
    channel_name: str
    channel_kind: ChannelKind
    username: str | None = Field(description="Whom a channel to people tells.")
    state: NoticeState
    created_at: Moment
    due_at: Moment | None = Field(description="When it is tried next.")
    sent_at: Moment | None
    attempts: int
    last_at: Moment | None
    outcome: Outcome | None = Field(description="Of the last attempt.")
    answer: str = Field(description="What the peer answered last, without secrets.")
    item_count: int
    items: list[NoticeItemView] = Field(description="The first of them.")
    job_id: int | None = Field(description="Its job, which can be tried again once it is dead.")


class NoticePage(BaseModel):
    """A page of messages, newest first."""

    items: list[NoticeView]
    next_cursor: str | None


class PushWrite(BaseModel):
    """Where a browser is woken."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    endpoint: Annotated[SecretStr, Field(min_length=10, max_length=1000)] = Field(
        description="What `PushManager.subscribe` answered; its service must be allowed."
    )


class PushBrowser(BaseModel):
    """A browser that is told."""

    user_agent: str = Field(description="What it called itself when one signed in.")
    created_at: Moment
    is_current: bool = Field(description="Whether this request came from it.")


class PushView(BaseModel):
    """In which browsers somebody is told, besides what a browser needs for it."""

    key: str | None = Field(
        description="`applicationServerKey`; null while no push service is allowed."
    )
    browsers: list[PushBrowser]
