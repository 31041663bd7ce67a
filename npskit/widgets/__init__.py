"""Controls on numbers: what is moved by hand, in a notebook and in a page without a kernel.

No arithmetic lives here. A page carries a cube of counts and the JavaScript of ``static/``, which gives the figures
that `npskit.stats` would; a widget is traits and one translation over the same state.
"""
