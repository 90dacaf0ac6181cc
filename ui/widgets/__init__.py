"""The parts pages are made of: frame, form, prompt box, answer, downloads."""
