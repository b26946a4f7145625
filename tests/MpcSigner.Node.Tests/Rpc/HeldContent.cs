using System.Net;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>A request body that sends its bytes and then stays open.</summary>
internal sealed class HeldContent(byte[] bytes) : HttpContent
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Finish() => _finished.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
        await _finished.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
