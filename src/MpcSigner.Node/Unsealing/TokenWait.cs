using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Node.Unsealing;

/// <summary>Waits until a token that was lost answers again: tried at once, then at growing intervals.</summary>
internal sealed class TokenWait(TimeProvider time)
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>No digest and no statement of a protocol: those are 32 bytes.</summary>
    private static ReadOnlySpan<byte> Probe => "MpcSigner/does the token that holds this identity answer?/1"u8;

    /// <summary>Has the key sign what means nothing until it does.</summary>
    /// <param name="lost">Told what the token said, whenever that changes.</param>
    /// <returns>How often it was tried.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<int> UntilSigningAsync(IIdentitySigner identity, Action<string> lost, CancellationToken cancellation)
    {
        var (pause, said) = (FirstPause, "");
        for (var tries = 1; ; tries++)
        {
            // A call to a token blocks.
            var why = await Task.Run(() => Try(identity), cancellation).ConfigureAwait(false);
            if (why is null)
                return tries;
            if (why != said)
                lost(said = why);
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static string? Try(IIdentitySigner identity)
    {
        try
        {
            Span<byte> signature = stackalloc byte[Ed25519Signature.Size];
            identity.Sign(Probe, signature);
            return null;
        }
        catch (IdentityUnavailableException e)
        {
            return e.Message;
        }
    }
}
