"""What counts as an event: rules turn tracks into alert episodes.

``AnyRuleConfig`` is what a configuration file may hold, ``build_rule`` makes the rule.
"""

from pipeline.rules.base import RULES, AnyRuleConfig, Rule, RuleConfigBase, build_rule

__all__ = ["RULES", "AnyRuleConfig", "Rule", "RuleConfigBase", "build_rule"]
