async def download(ctx, url):
    return len(url)


class WorkerSettings:
    functions = [download]
