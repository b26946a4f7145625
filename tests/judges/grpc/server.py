"""Serves rpc_test.proto with grpcio over mutual TLS, as the other side of our client. Ends when its input ends.

  python3 server.py --authority CA.pem --certificate C.pem --key K.pem --descriptors FILE

Prints "LISTENING PORT" when it is ready, then a line for every handler that was cancelled.
"""
import argparse
import sys
import time
from concurrent import futures

import grpc

from schema import Schema

SERVICE = "mpcsigner.rpctest.v1.RpcTest"


def read(path):
    with open(path, "rb") as source:
        return source.read()


def reply_payload(request):
    return bytes(request.size) if request.size else request.payload


def pause(request, context):
    end = time.monotonic() + request.delay_ms / 1000
    while time.monotonic() < end:
        if not context.is_active():
            print("CANCELLED", flush=True)
            return
        time.sleep(0.01)


class Handlers:
    def __init__(self, schema):
        self.reply = schema.method(SERVICE + "/Echo")[1]

    def Echo(self, request, context):
        pause(request, context)
        context.set_trailing_metadata([item for item in context.invocation_metadata() if item[0].startswith("echo-")])
        return self.reply(payload=reply_payload(request))

    def Count(self, request, context):
        for index in range(request.count):
            pause(request, context)
            yield self.reply(index=index, payload=reply_payload(request))

    def Sum(self, requests, context):
        reply = self.reply()
        for request in requests:
            reply.index += 1
            reply.payload += request.payload
        return reply

    def Chat(self, requests, context):
        for index, request in enumerate(requests):
            pause(request, context)
            yield self.reply(index=index, payload=reply_payload(request))

    def Fail(self, request, context):
        if request.details_bin:
            context.set_trailing_metadata([("grpc-status-details-bin", request.details_bin)])
        code = next(code for code in grpc.StatusCode if code.value[0] == request.code)
        context.abort(code, request.detail)

    def FailStream(self, request, context):
        for index in range(request.after):
            yield self.reply(index=index)
        self.Fail(request, context)


def main():
    parser = argparse.ArgumentParser()
    for name in ("authority", "certificate", "key", "descriptors"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    schema = Schema(args.descriptors)
    handlers = Handlers(schema)
    kinds = {
        (False, False): grpc.unary_unary_rpc_method_handler, (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler, (True, True): grpc.stream_stream_rpc_method_handler,
    }
    methods = {}
    for name in ("Echo", "Count", "Sum", "Chat", "Fail", "FailStream"):
        request_type, response_type, client_streams, server_streams = schema.method(f"{SERVICE}/{name}")
        methods[name] = kinds[client_streams, server_streams](
            getattr(handlers, name), request_type.FromString, response_type.SerializeToString)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, methods)])
    credentials = grpc.ssl_server_credentials(
        [(read(args.key), read(args.certificate))], root_certificates=read(args.authority), require_client_auth=True)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    print(f"LISTENING {port}", flush=True)
    sys.stdin.read()
    server.stop(0)


main()
