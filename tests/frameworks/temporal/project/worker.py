import asyncio
import os

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def greet(name: str) -> str:
    return f"Hello {name}"


async def main():
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    await Worker(client, task_queue="greetings", activities=[greet]).run()


if __name__ == "__main__":
    asyncio.run(main())
