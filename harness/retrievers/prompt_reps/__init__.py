"""PromptReps: a language model's answer to a prompt as a text's representation, dense and sparse."""
