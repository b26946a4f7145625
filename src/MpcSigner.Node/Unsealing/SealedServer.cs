using System.Net;
using Microsoft.AspNetCore.Builder;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Services;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;

namespace MpcSigner.Node.Unsealing;

/// <summary>Listens in the node's place while its secrets are not at hand: TLS key and certificate are files, and who may ask is known by the roster's pins.</summary>
internal sealed class SealedServer : IAsyncDisposable
{
    private readonly TlsInUse _tls;
    private readonly WebApplication _app;
    private readonly TimeProvider _time;

    private SealedServer(TlsInUse tls, WebApplication app, string address, TimeProvider time) => (_tls, _app, Address, _time) = (tls, app, address, time);

    public string Address { get; }

    /// <summary>Listens from here on.</summary>
    /// <exception cref="StartRefusedException">The TLS key does not fit the roster, or the address is taken.</exception>
    public static async Task<SealedServer> StartAsync(NodeOptions options, Roster roster, RosterNode self, NodeHealth health, TimeProvider time, LineLoggerProvider log)
    {
        var tls = new TlsInUse(NodeTls.Load(options, self, time.GetUtcNow()));
        var door = new Door(roster, self.Nid, log.CreateLogger("MpcSigner.Node"));
        var app = NodeServer.Build(options, tls, door, SealedServices.Bind(door, health, self, roster), log, time);
        try
        {
            return new(tls, app, await NodeServer.ListenAsync(app, options.Listen).ConfigureAwait(false), time);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            tls.Dispose();
            throw;
        }
    }

    /// <summary>Serves until what is waited for has happened. False: the process was asked to stop first.</summary>
    public async Task<bool> ServeUntilAsync(Task happened)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = _app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        return await Task.WhenAny(happened, asked.Task).ConfigureAwait(false) == happened;
    }

    public async ValueTask DisposeAsync()
    {
        await NodeServer.StopAsync(_app, _time).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _tls.Dispose();
    }
}
