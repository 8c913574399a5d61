<?php
/**
 * bin/console product-sync:run - the background work from the command line, for those who have cron: as long as there is something to do, or
 * for the time given.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 */

namespace ProductSync\Background;

if (!defined('_PS_VERSION_')) {
    exit;
}

use Symfony\Component\Console\Command\Command as ConsoleCommand;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

final class Command extends ConsoleCommand
{
    const NAME = 'product-sync:run';
    const DONE = 0;
    const FAILED = 1;

    protected function configure()
    {
        $this->setName(self::NAME)
            ->setDescription('Product Sync: delivers in the direct modes, finds what was missed, empties what is old.')
            ->addOption('seconds', null, InputOption::VALUE_REQUIRED, 'Stop after so many seconds', '20');
    }

    protected function execute(InputInterface $input, OutputInterface $output)
    {
        $seconds = (float) $input->getOption('seconds');
        try {
            Cron::noteRun();
            $report = Cron::run(max(1.0, min(3600.0, $seconds)));
        } catch (\Throwable $e) {
            $output->writeln('<error>' . get_class($e) . ': ' . $e->getMessage() . '</error>');

            return self::FAILED;
        }
        if ($report === null) {
            $output->writeln('another run is under way');

            return self::DONE;
        }
        $output->writeln(sprintf(
            '%d delivered, %d to be tried again, %d failed',
            $report->delivered,
            $report->retried,
            $report->dead
        ));

        return $report->dead ? self::FAILED : self::DONE;
    }
}
