"""What the letters of the update rules stand for: LaTeX and a few words for each.

The one rule: every name that a rule uses or yields is a row here, so that a rule can be typeset
and explained line by line without knowing the method.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A named quantity; `indexed` ones change from step to step and carry the index t."""

    name: str
    latex: str
    meaning: str
    indexed: bool = True

    def at(self, before: bool = False) -> str:
        """The letter with its index: t, or t−1 for the value before the step."""
        if not self.indexed:
            return self.latex
        return f"{self.latex}_{{t-1}}" if before else f"{self.latex}_{{t}}"


_CHANGING = (
    ("x", "x", "the point"),
    ("g", "g", "the gradient"),
    ("g_norm", r"\ell", "the length of the gradient"),
    ("xi", r"\xi", "a standard normal random vector"),
    ("m", "m", "the running mean of the gradients"),
    ("m_hat", r"\hat{m}", "that mean, corrected for its start at zero"),
    ("v", "v", "the running mean of the squared gradients"),
    ("v_max", r"v^{\max}", "the largest such mean so far"),
    ("v_hat", r"\hat{v}", "that mean, corrected for its start at zero"),
    ("b", "b", "the momentum: gradients, added up while the older fade"),
    ("velocity", "v", "the velocity: steps, added up while the older fade"),
    ("s", "s", "the sum of all squared gradients"),
    ("u", "u", "the running size of the gradients"),
    ("size", r"\alpha", "the size of the step, relative to the point"),
    ("root", "r", "the root by which the gradient is divided"),
    ("delta", r"\Delta", "the step"),
    ("deltas", "u", "the running mean of the squared steps"),
    ("x_rms", r"q", "the root mean square of the point"),
    ("delta_rms", r"p", "the root mean square of the step"),
    ("direction", "d", "the direction of the step"),
    ("mu", r"\mu", "the momentum of this step"),
    ("mu_next", r"\mu^{+}", "the momentum of the next step"),
    ("mu_product", "P", "the product of all momenta so far"),
    ("length", r"\rho", "how many gradients the mean of squares effectively holds"),
    ("rectifier", "r", "how far the mean of squares is to be trusted"),
    ("scale", "l", "the adaptive scale of the gradient"),
    ("rate", r"\hat{\eta}", "the learning rate of this step"),
    ("share", "c", "the share of the newest squared gradient in the mean"),
    ("agreement", "a", "whether the gradient kept its sign"),
    ("factor", r"\gamma", "by what the step grows or shrinks"),
    ("previous", r"\tilde{g}", "the gradient that the next step compares with"),
    ("average", r"\bar{x}", "the mean of the points"),
    ("weight", "w", "the weight of this point in the mean"),
)

_FIXED = (
    ("t", "t", "the number of the step, from 1"),
    ("lr", r"\eta", "the learning rate"),
    ("momentum", r"\mu", "how much of the momentum stays from step to step"),
    ("dampening", r"\tau", "the part of each gradient that the momentum leaves out"),
    ("weight_decay", r"\lambda", "how strongly the point is pulled to zero"),
    ("noise", r"\sigma", "the standard deviation of the noise"),
    ("clip_norm", r"c_{norm}", "the longest gradient that is let through"),
    ("clip_value", r"c", "the largest entry of the gradient that is let through"),
    ("beta1", r"\beta_1", "how slowly the mean of the gradients forgets"),
    ("beta2", r"\beta_2", "how slowly the mean of the squares forgets"),
    ("eps", r"\epsilon", "keeps the division away from zero"),
    ("eps1", r"\epsilon_1", "the least root of the mean of squares"),
    ("eps2", r"\epsilon_2", "the least size of the point"),
    ("alpha", r"\alpha", "how slowly the mean forgets"),
    ("rho", r"\rho", "how slowly the means forget"),
    ("lr_decay", r"\delta", "how fast the learning rate decays"),
    ("momentum_decay", r"\psi", "how fast the momentum warms up"),
    ("rho_inf", r"\rho_{\infty}", "the longest effective length"),
    ("beta2_decay", r"\kappa", "how the share of the newest square decays"),
    ("d", "d", "the largest root mean square of a step"),
    ("eta_minus", r"\gamma^{-}", "the factor of a step after a change of sign"),
    ("eta_plus", r"\gamma^{+}", "the factor of a step after the same sign"),
    ("step_min", r"\Delta_{\min}", "the smallest step"),
    ("step_max", r"\Delta_{\max}", "the largest step"),
    ("lambd", r"\lambda_d", "the decay of the point and of the rate"),
    ("t0", "t_0", "the step from which the points are averaged"),
)

QUANTITIES = {name: Quantity(name, latex, meaning) for name, latex, meaning in _CHANGING} | {
    name: Quantity(name, latex, meaning, indexed=False) for name, latex, meaning in _FIXED
}
