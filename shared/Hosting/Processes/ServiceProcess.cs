using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Processes;

/// <summary>What a Program runs.</summary>
public static class ServiceProcess
{
    /// <summary>Runs the modules until SIGTERM, Ctrl-C, or one of them gives up.</summary>
    /// <param name="prepare">Runs when the configuration is known to be right, before any service starts; what it returns is disposed
    /// last.</param>
    /// <returns>The exit code: 0 after a stop that was asked for, 1 when the process could not start, had to give up or lost one of its
    /// services, 2 for a wrong configuration.</returns>
    public static async Task<int> RunAsync(
        string name, string[] args, IReadOnlyList<IModule> modules,
        Func<RideIngestHost, CancellationToken, Task<IAsyncDisposable>>? prepare = null)
    {
        if (Usage.IsAsked(args))
        {
            await Console.Out.WriteAsync(Usage.Of(name, modules));
            return 0;
        }

        using var signals = new StopSignals();
        IAsyncDisposable? prepared = null;
        try
        {
            await using var host = RideIngestHost.Create(name, args, modules);
            if (prepare is not null)
                prepared = await prepare(host, signals.Asked);
            await host.StartAsync(signals.Asked);
            await EitherAsync(signals.Asked, host.Stopping);
            var asked = signals.Asked.IsCancellationRequested && !host.GaveUp;
            await host.StopAsync();
            return asked ? 0 : 1;
        }
        catch (SettingsException e)
        {
            return await FailAsync(e.Message, 2);
        }
        catch (StartupException e)
        {
            return await FailAsync(e.Message, 1);
        }
        catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
        {
            // Stopped while it was still starting.
            return 0;
        }
        finally
        {
            if (prepared is not null)
                await prepared.DisposeAsync();
        }
    }

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync(message);
        return exitCode;
    }

    private static async Task EitherAsync(CancellationToken one, CancellationToken other)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
