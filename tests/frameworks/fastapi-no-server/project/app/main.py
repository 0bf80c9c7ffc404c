from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.greeting = "hello from fastapi"
    yield
    print("closed in good order", flush=True)


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def root():
    return {"message": app.state.greeting}


@app.get("/health")
async def health():
    return {"status": "ok"}
