"""Makes one gRPC call with grpcio over mutual TLS and prints how it went as one line of JSON.

Arguments and output are those of call.mjs, except that --descriptors FILE (a descriptor set) stands for --protos and --proto.
"""
import argparse
import base64
import json
import queue
import threading

import grpc
from google.protobuf import json_format

from schema import Schema


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("address", "authority", "descriptors", "method"):
        parser.add_argument("--" + name, required=True)
    for name in ("certificate", "key", "path"):
        parser.add_argument("--" + name)
    parser.add_argument("--server-name", default="localhost")
    for name in ("request", "metadata"):
        parser.add_argument("--" + name, action="append", default=[])
    for name in ("deadline", "cancel-after", "cancel-after-ms", "max-receive", "max-send"):
        parser.add_argument("--" + name, type=int)
    parser.add_argument("--lockstep", action="store_true")
    return parser.parse_args()


def read(path):
    if not path:
        return None
    with open(path, "rb") as source:
        return source.read()


def channel_of(args):
    options = [
        ("grpc.ssl_target_name_override", args.server_name),
        ("grpc.default_authority", args.server_name),
        ("grpc.enable_retries", 0),
    ]
    if args.max_receive:
        options.append(("grpc.max_receive_message_length", args.max_receive))
    if args.max_send:
        options.append(("grpc.max_send_message_length", args.max_send))
    credentials = grpc.ssl_channel_credentials(read(args.authority), read(args.key), read(args.certificate))
    return grpc.secure_channel(args.address, credentials, options)


def metadata_of(args):
    pairs = (pair.split("=", 1) for pair in args.metadata)
    return [(key, base64.b64decode(value) if key.endswith("-bin") else value) for key, value in pairs]


def plain(metadata):
    result = {}
    for key, value in metadata or ():
        result.setdefault(key, []).append(base64.b64encode(value).decode() if isinstance(value, bytes) else value)
    return result


def main():
    args = arguments()
    request_type, response_type, client_streams, server_streams = Schema(args.descriptors).method(args.method)
    requests = [json_format.ParseDict(json.loads(read(text[1:]) if text.startswith("@") else text), request_type()) for text in args.request]
    turns = queue.Queue()  # one token lets one request out, or the end of the stream
    ended = threading.Event()

    def stream():
        for request in requests:
            if args.lockstep:
                turns.get()
            yield request
        if args.lockstep:
            turns.get()
        elif args.cancel_after or args.cancel_after_ms:
            ended.wait()

    with channel_of(args) as channel:
        kind = {
            (False, False): channel.unary_unary, (False, True): channel.unary_stream,
            (True, False): channel.stream_unary, (True, True): channel.stream_stream,
        }[client_streams, server_streams]
        method = kind(args.path or "/" + args.method, request_type.SerializeToString, response_type.FromString)
        timeout = args.deadline / 1000 if args.deadline else None
        start = method if server_streams else method.future
        call = start(stream() if client_streams else requests[0], timeout=timeout, metadata=metadata_of(args))
        if args.cancel_after_ms:
            threading.Timer(args.cancel_after_ms / 1000, call.cancel).start()
        turns.put(None)

        messages = []
        try:
            for message in call if server_streams else [call.result()]:
                messages.append(json_format.MessageToDict(message, including_default_value_fields=True, preserving_proto_field_name=True))
                if len(messages) == args.cancel_after:
                    call.cancel()
                turns.put(None)
        except (grpc.RpcError, grpc.FutureCancelledError):
            pass  # the status says the same
        turns.put(None)
        ended.set()
        print(json.dumps({
            "code": call.code().value[0],
            "details": call.details(),
            "messages": messages,
            "headers": plain(call.initial_metadata()),
            "trailers": plain(call.trailing_metadata()),
        }))


main()
