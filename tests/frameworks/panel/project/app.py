import panel as pn

pn.extension()
pn.pane.Markdown("# hello").servable(title="hello from panel")
