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
    /// <inheritdoc cref="UntilAsync"/>
    public Task<IIdentitySigner> UntilSigningAsync(IIdentitySigner identity, Action<string> lost, CancellationToken cancellation) =>
        UntilAsync<IIdentitySigner>(async () => await Task.Run(() => Try(identity), cancellation).ConfigureAwait(false) is { } why ? (null, why) : (identity, null), lost, cancellation);

    /// <param name="attempt">Gives what is waited for, or what the token said. Must not block.</param>
    /// <param name="lost">Told what the token said, whenever that changes.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<T> UntilAsync<T>(Func<Task<(T? Found, string? Why)>> attempt, Action<string> lost, CancellationToken cancellation) where T : class
    {
        for (var (pause, said) = (FirstPause, ""); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var (found, why) = await attempt().ConfigureAwait(false);
            if (found is not null)
                return found;
            if (why != said)
                lost(said = why ?? "");
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
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
