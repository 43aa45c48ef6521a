"""Where a box may search for cameras, and as whom."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.contract.base import Identifier
from pipeline.finding.search import MAX_ADDRESSES
from pipeline.runtime.device_config import AccountConfig


def _is_private(network: ipaddress.IPv4Network) -> ipaddress.IPv4Network:
    if not network.is_private:
        raise ValueError("name a private network, as 192.168.1.0/24")
    return network


class DiscoveryConfig(BaseModel):
    """Networks in which the command centre may have this box search; none by default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    networks: Annotated[
        list[Annotated[ipaddress.IPv4Network, AfterValidator(_is_private)]],
        Field(max_length=16, description="As 192.168.1.0/24; private, 4096 addresses in all"),
    ] = []
    accounts: Annotated[
        dict[Identifier, AccountConfig],
        Field(max_length=16, description="Users of cameras by name; one is tried at a time"),
    ] = {}

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if sum(each.num_addresses for each in self.networks) > MAX_ADDRESSES:
            raise ValueError(f"networks: name at most {MAX_ADDRESSES} addresses in all")
        for name, account in self.accounts.items():
            if account.username is None:
                raise ValueError(f"accounts.{name}: give `username`")
        return self
