from litestar import Litestar, get


@get("/")
async def index() -> str:
    return "hello from litestar"


app = Litestar([index])
