from aiohttp import web


async def hello(request):
    return web.Response(text="hello from aiohttp")


app = web.Application()
app.add_routes([web.get("/", hello)])

