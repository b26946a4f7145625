using System.Buffers.Binary;
using System.Net;
using Grpc.Core;
using MpcSigner.Rpc;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Sends requests that no gRPC library would send.</summary>
internal sealed class RawClient(RpcHost host) : IDisposable
{
    private readonly HttpMessageInvoker _http = HttpTransport.Create(host.ChannelOptions());

    /// <summary>A message as it stands in a body; with another declared length if one is given.</summary>
    public static byte[] Frame(byte[] payload, uint? declared = null)
    {
        var frame = new byte[MessageLimits.HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), declared ?? (uint)payload.Length);
        payload.CopyTo(frame, MessageLimits.HeaderSize);
        return frame;
    }

    public Task<RawReply> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new ByteArrayContent(body), headers);

    public async Task<RawReply> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(host.Address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content?.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
                content!.Headers.Remove(name);
            if (value.Length > 0 && !request.Headers.TryAddWithoutValidation(name, value))
                content!.Headers.TryAddWithoutValidation(name, value);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var response = await _http.SendAsync(request, patience.Token);
        var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
        return new RawReply(response, body);
    }

    /// <summary>Starts a request and leaves its response unread.</summary>
    public Task<HttpResponseMessage> StartAsync(string path, HttpContent content)
    {
        var request = HttpTransport.Request(host.Address, path);
        request.Content = content;
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        return _http.SendAsync(request, CancellationToken.None);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>A reply down to its headers.</summary>
internal sealed record RawReply(HttpResponseMessage Response, byte[] Body) : IDisposable
{
    public int HttpStatus => (int)Response.StatusCode;

    /// <summary>The status came without body and trailers.</summary>
    public bool TrailersOnly => Response.Headers.Contains("grpc-status");

    public StatusCode? Status => Value("grpc-status") is { } code ? (StatusCode)int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) : null;

    public string? Value(string name) =>
        Response.Headers.TryGetValues(name, out var values) || Response.TrailingHeaders.TryGetValues(name, out values) ? string.Join(",", values) : null;

    public void Dispose() => Response.Dispose();
}
