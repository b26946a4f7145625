using Microsoft.Extensions.Logging;
using MpcSigner.Node.Log;
using MpcSigner.Node.Services;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Node.Unsealing;

/// <summary>Watches the tokens that a running node's secrets are in, and tells how the seal stands: the node goes on with what it has open while a token is away.</summary>
internal sealed class TokenWatch : IAsyncDisposable
{
    /// <summary>Between two looks at a token that nobody asks: one that is away is looked for, one that was taken away is noticed.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>For one look.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<IWatchedToken> _tokens;
    private readonly NodeHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    /// <param name="tokens">Those that the secrets need.</param>
    public TokenWatch(IReadOnlyList<IWatchedToken> tokens, NodeHealth health, TimeProvider time, ILogger logger)
    {
        (_tokens, _health, _time, _logger) = (tokens, health, time, logger);
        _watching = tokens.Count == 0 ? Task.CompletedTask : Task.Run(WatchAsync);
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                foreach (var token in _tokens)
                    await Task.Run(() => token.Poll(Limit), CancellationToken.None).ConfigureAwait(false);
                Tell();
                await Task.Delay(Interval, _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The machine ends.
        }
    }

    private void Tell()
    {
        var standing = _tokens.Select(StandingOf).FirstOrDefault(s => s.State != SealState.Unsealed) ?? SealStanding.Unsealed;
        if (_stop.IsCancellationRequested || standing == _health.Seal)
            return;
        if (standing.State == SealState.Unsealed)
            UnsealLog.TokenHealed(_logger);
        else
            UnsealLog.TokenTrouble(_logger, standing.State, standing.Detail);
        _health.Seal = standing;
    }

    private static SealStanding StandingOf(IWatchedToken token) => token.State switch
    {
        TokenState.Ready => SealStanding.Unsealed,
        TokenState.Lost or TokenState.Closed => SealStanding.TokenLost(token.Trouble),
        TokenState.LoginRequired => Act(token, "asks for its PIN", "Start the node again: it logs in then."),
        TokenState.PinWrong => Act(token, "refuses the PIN that it took before, which is not tried again", "Find out who changed it, correct the PIN's source, and start the node again."),
        TokenState.PinFinalTry => Act(token, "locks at the next wrong PIN, and none is tried", "Somebody has tried wrong ones: find out who; log in once with the vendor's tool, and start the node again."),
        TokenState.PinLocked => Act(token, "has locked its PIN: an incident", "Find out who tried wrong PINs; have the security officer set it anew, and start the node again."),
    };

    private static SealStanding Act(IWatchedToken token, string what, string nextStep) =>
        new(SealState.Sealed, $"The token {token.Label} {what}; the node goes on with the shares that it has open.", nextStep);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stop.Dispose();
    }
}

/// <summary>A token as the watch sees it.</summary>
internal interface IWatchedToken
{
    string Label { get; }

    TokenState State { get; }

    /// <summary>What it said last, where it is not Ready.</summary>
    string Trouble { get; }

    /// <summary>Looks how it is, and for it if it is away. Blocks, and does not throw for the token's failures.</summary>
    void Poll(TimeSpan limit);
}

/// <summary>By PKCS#11.</summary>
internal sealed class WatchedToken(Pkcs11Token token) : IWatchedToken
{
    public string Label => token.Description.Label;

    public TokenState State => token.State;

    public string Trouble => token.LastFailure?.Message ?? $"token {Label} is closed";

    public void Poll(TimeSpan limit) => token.Poll(limit);
}
