"""The constants of league roles, as settings."""

from __future__ import annotations

from pydantic import Field, model_validator

from league.config.section import Section, Share
from league.population.situation import RoleRules

_ROLES = RoleRules()


class RolesConfig(Section):
    """The constants of league roles: main agents, main exploiters, league exploiters. Only the style `alphastar` reads them."""

    self_play: Share = Field(_ROLES.self_play, description="main agents: share of self-play")
    pfsp: Share = Field(_ROLES.pfsp, description="main agents: share of games against all checkpoints, the stronger the more")
    verification: Share = Field(_ROLES.verification, description="main agents: share of games against forgotten opponents")
    even: Share = Field(_ROLES.even, description="main agents: score above which another main agent is met as it is now")
    exploited: Share = Field(_ROLES.exploited, description="main agents: score below which they verify against main exploiters")
    forgotten: Share = Field(_ROLES.forgotten, description="main agents: score below which their own past counts as forgotten")
    beatable: Share = Field(_ROLES.beatable, description="main exploiters: the same for main agents")
    strong: Share = Field(_ROLES.strong, description="score against every opponent above which a player becomes a checkpoint")
    least: int = Field(_ROLES.least, ge=1, description="generations before which no player becomes a checkpoint again")
    most: int = Field(_ROLES.most, ge=1, description="generations after which every player becomes a checkpoint")
    main_reset: Share = Field(_ROLES.main_reset, description="how often main agents begin anew after a checkpoint")
    main_exploiter_reset: Share = Field(_ROLES.main_exploiter_reset, description="how often main exploiters do so")
    league_exploiter_reset: Share = Field(_ROLES.league_exploiter_reset, description="how often league exploiters do so")
    decay: float = Field(_ROLES.decay, gt=0.0, le=1.0, description="factor of the results of earlier games with every new one")

    @model_validator(mode="after")
    def _fit(self) -> RolesConfig:
        if abs(self.self_play + self.pfsp + self.verification - 1.0) > 1e-6:
            raise ValueError("roles.self_play, roles.pfsp and roles.verification must add up to 1")
        if self.most < self.least:
            raise ValueError(f"roles.most {self.most} must not be less than roles.least {self.least}")
        return self

    def rules(self) -> RoleRules:
        """The constants for the package `league.population`."""
        return RoleRules(**self.model_dump())
