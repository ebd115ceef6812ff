using FolderSync.Simulator.Commands;

return RunCommand.Invoke(args, Console.Out, Console.Error);
