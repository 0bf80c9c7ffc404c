from huey import RedisHuey

huey = RedisHuey("shop", host="localhost")


@huey.task()
def add(a, b):
    return a + b
