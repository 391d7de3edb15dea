"""The commands, by what they are about: content, asking, measuring, serving."""
