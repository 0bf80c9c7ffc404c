from nicegui import ui


@ui.page("/")
def index():
    ui.label("hello from nicegui")


ui.run(title="hello from nicegui", reload=False, show=False)
