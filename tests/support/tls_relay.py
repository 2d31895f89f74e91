"""tls_relay.py CERTIFICATE KEY PORT -- TLS before a device that has none.

Tells its own port, then hands what each connection says to PORT of this
machine, and back; how one side ends, the other ends too.
"""

import asyncio
import ssl
import sys


async def carry(reader, writer):
    try:
        while piece := await reader.read(16384):
            writer.write(piece)
            await writer.drain()
        writer.close()
    except OSError:
        writer.transport.abort()


async def main(certificate, key, port):
    async def connected(near_reader, near_writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", port
            )
        except OSError:
            near_writer.transport.abort()
            return
        await asyncio.gather(
            carry(near_reader, far_writer), carry(far_reader, near_writer)
        )

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
