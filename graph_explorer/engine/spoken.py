"""LaTeX of this program as plain text, for a screen reader, a terminal and a tooltip.

The one rule: there is one source, the LaTeX; what is read aloud follows from it and cannot differ.
Only what this program writes is known here; an unknown command reads as its name.
"""

from __future__ import annotations

import re

from graph_explorer.engine.notation import raised, unmarked

_SIGNS = {
    r"\partial": "∂", r"\cdot": "·", r"\times": "×", r"\odot": "⊙", r"\sum": " Σ", r"\prod": " Π",
    r"\infty": "∞", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\neg": "not ", r"\wedge": "and",
    r"\vee": "or", r"\oplus": "xor", r"\bmod": "mod", r"\leftarrow": "←", r"\mapsto": "→", r"\to": "→",
    r"\dots": "…", r"\ldots": "…", r"\top": "ᵀ", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈",
    r"\rceil": "⌉", r"\ast": "∗", r"\star": "⋆", r"\alpha": "α", r"\beta": "β", r"\gamma": "γ",
    r"\delta": "δ", r"\epsilon": "ε", r"\zeta": "ζ", r"\eta": "η", r"\theta": "θ", r"\kappa": "κ",
    r"\lambda": "λ", r"\mu": "μ", r"\nu": "ν", r"\xi": "ξ", r"\pi": "π", r"\rho": "ρ", r"\sigma": "σ",
    r"\tau": "τ", r"\phi": "φ", r"\chi": "χ", r"\psi": "ψ", r"\omega": "ω", r"\Delta": "Δ",
    r"\Phi": "Φ", r"\Omega": "Ω", r"\,": " ", r"\;": " ", r"\ ": " ", r"\_": "_", r"\left": "",
    r"\right": "", r"\mathrel": "", r"\|": "‖", r"\ell": "ℓ",
}  # fmt: skip
_COMMANDS = re.compile(
    "("
    + "|".join(
        re.escape(command) + (r"(?![A-Za-z])" if command[-1].isalpha() else "")
        for command in sorted(_SIGNS, key=len, reverse=True)
    )
    + r")(?:(?<=\\partial) )?"
)
_FONTS = r"\\(?:mathrm|mathbf|mathit|text|operatorname|mathrel)"
#: Marks above a letter, as characters that join the letter before them.
_ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
_SIMPLE = re.compile(r"[\w.∂∞ᵀ^()=:]+")


def spoken(latex: str) -> str:
    r"""The formula as one line of plain text: `\frac{\partial L}{\partial z}` → ∂L/∂z."""
    text = unmarked(latex)
    text = re.sub(r"\\begin\{(?:cases|matrix)\}", "", text)
    text = re.sub(r"\s*\\end\{(?:cases|matrix)\}", "", text)
    text = text.replace(r"\\", ";").replace("&", ",")
    text = text.replace(r"{\times}", "×")
    before = ""
    while before != text:
        before = text
        text = _innermost(text)
    text = _COMMANDS.sub(lambda m: _SIGNS[m[1]], text)
    text = re.sub(r"\\([A-Za-z]+)", r"\1", text).replace("-", "−").replace("{", "").replace("}", "")
    text = re.sub(r"\s+([,;)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", text))
    return re.sub(r"\s+", " ", text).strip()


def _innermost(text: str) -> str:
    """Replaces groups that hold no other group."""
    text = re.sub(_FONTS + r"\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\(hat|tilde|bar)\{([^{}]*)\}", lambda m: m[2] + _ACCENTS[m[1]], text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda m: f"{_part(m[1])}/{_part(m[2])}", text)
    text = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", text)
    text = re.sub(r"\^\{\\top\}", "ᵀ", text)
    text = re.sub(r"\^\{(-?\d+)\}", lambda m: raised(int(m[1])), text)
    text = re.sub(r"\^\{([^{}]*)\}", lambda m: f"^{_part(m[1])}", text)
    text = re.sub(r"_\{([^{}]*)\}", lambda m: m[1] if m[1].isdigit() else f"_{_part(m[1])}", text)
    return re.sub(r"(?<![A-Za-z}^_])\{([^{}]*)\}", r"\1", text)


def _part(text: str) -> str:
    """A part of a fraction or an exponent, in parentheses unless it is one word."""
    bare = text.replace(r"\partial ", "∂").replace(r"\partial", "∂").strip()
    return bare if _SIMPLE.fullmatch(bare) or (bare.startswith("(") and bare.endswith(")")) else f"({bare})"
