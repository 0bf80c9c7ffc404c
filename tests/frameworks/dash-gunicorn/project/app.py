from dash import Dash, html

app = Dash(__name__, title="hello from dash")
server = app.server
app.layout = html.Div("Hello")

if __name__ == "__main__":
    app.run(debug=True)
