"""The challenge view: questions on the document at hand, the blank graph, and what has been learnt."""
